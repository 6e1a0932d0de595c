"""Finds sentences that say when the company was founded: "Acme was set up in 1988", "our doors opened in 1972".

The sentence is about the company itself; an affiliate's year, an award's or a person's is none.
"""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.founding.words import A_YEAR, FORM, MOST, YEAR
from enricher.extract.own_words import begins_with_nobody, compacted, is_about_company, is_own_subject, sentence_around

_KINDS = (
    r"company|firm|business|pre-?school|school|clinic|practice|studio|shop|store|restaurant|caf[eé]|bakery|brewery|kitchen"
    r"|agency|academy|hospital|hotel|society|association|charity|organi[sz]ation|group|workshop|salon|nursery|forwarder"
    r"|stall|family business|consultancy|dealership|home|centre|institute|team|house|garage|yard|farm|winery|gym"
)
#: Verbs of a foundation, and those that are one only with a fitting object.
_FOUNDED = (
    r"founded|founding|co-founded|established|incorporated|formed|inception|set up(?: shop)?|started(?: out| life| up)?"
    r"|kicked off|registered as an? (?:society|charity|company|business|co-?operative|partnership)"
    r"|opened(?: for business|(?: (?:its|our|their|the))?(?: first)? doors)?|opening (?:its|our|their) (?:first )?doors"
    r"|beg[aiu]ns?(?: life)?|starts|launched|born|commenced|spun (?:out|off)|came into being|came to life"
)
_STATED = re.compile(rf"\b(?P<verb>(?i:{_FOUNDED}))\b(?P<gap>[^.!?;|\n]{{0,110}}?)(?<!\d)(?P<year>{YEAR})")
_LOOSE = re.compile(
    r"founding|set up$|kicked off$|launched|starts|started|opened$|beg[aiu]ns?|commenced", re.IGNORECASE
)
#: Verbs that need the company as their subject.
_OF_SUBJECT = re.compile(r"born|starts|begins?", re.IGNORECASE)
#: What may stand between such a verb and its year: no object but the company itself.
_PLAIN = re.compile(
    rf"(?i:\s?(?:$|[,:(–—-]|in\b|on\b|at\b|as\b|by\b|with\b|from\b|back\b|during\b|around\b|when\b|since\b|just\b|here\b|life\b"
    rf"|business\b|trading\b|(?:its |our )?operations? (?:in|on|since|at)\b|up\b|out\b|shop\b|selling\b|over\b|way\b"
    rf"|(?:the|our|this|his|her|their|a|an) (?:[\w-]{{2,15}} ){{0,2}}(?:{_KINDS})\b))"
)
#: Others than the company, between the verb and its year.
_OTHER_THING = re.compile(
    r"\b(?:branch(?:es)?|factor(?:y|ies)|plants?|warehouses?|showrooms?|outlets?|divisions?|departments?|subsidiar\w{1,4}"
    r"|affiliat\w{1,4}|joint|ventures?|offices? in|second|third|another|new|scholarship|fund|foundation|award|programme"
    r"|program|course|museum|campus|wing|building|website|collaborat\w{1,5}|partnership|career|clients?|customers?|who|which"
    r"|moved|joined|acquired|bought|exporting|manufacturing arm|arm|sister|parent|principals?|overseas)\b",
    re.IGNORECASE,
)
#: The company as a sentence's subject, just before the verb.
_SUBJECT = re.compile(
    rf"\b(?:(?:our|the|this) (?:[\w-]{{2,15}} ){{0,2}}(?:{_KINDS})|(?:our|the) (?:company )?(?:story|journey"
    rf"|history))(?: was| has been| itself| first| all| really"
    r"| then| originally)?$|\b(?:it|it all|we)(?: was| were| all| first| really| have| has| then| originally)?$"
    r"|\bwhat (?:we|is now .{3,40})?$",
    re.IGNORECASE,
)
#: A description without a subject: "An independent law office, founded in 2014".
_DESCRIBED = re.compile(rf"an? (?:[\w’'-]{{2,20}} ){{0,4}}(?:{_KINDS}|office|manufacturer|maker),?", re.IGNORECASE)
#: "planted the first vines in 1972, the year the winery was founded".
_THE_YEAR = re.compile(
    rf"(?<!\d){YEAR}, the (?:same )?year (?:that |in which |when )?(?:(?:the|our) (?:{_KINDS})|we|it)"
    r" (?:was |were )?(?P<verb>founded|established|started|opened|set up|born|began)\b",
    re.IGNORECASE,
)
#: "In 1988, Mr Tan founded Acme", "In 1988 we started with one van", "the practice dates back to 1988".
_YEAR_FIRST = re.compile(
    rf"\bin (?:(?:early|late|mid|[A-Z][a-z]{{2,8}}) )?{YEAR},? [^.!?;\n]{{2,80}}? (?P<verb>co-founded"
    r"|founded|started|set up|established|opened)(?P<what> [^.!?;\n]{2,60})",
    re.IGNORECASE,
)
_THE_COMPANY = re.compile(
    r" (?:the|this|our) (?:company|firm|business|practice|studio|agency)"
    r"(?=$|[.,]| (?:with|in a|from|as|at|together|after)\b)"
)
_BEGAN = re.compile(
    rf"\bin {YEAR},? we (?P<verb>started|began) (?:out )?(?:with|as|from)"
    r" (?:just |only )?(?:an?|one|two|three|four|nothing)\b"
    rf"|\b(?:the|our) (?:{_KINDS}) (?P<dates>dates) (?:back )?(?:from|to) {YEAR}",
    re.IGNORECASE,
)
#: "the company was founded", "who founded the forwarder".
_OBJECT = re.compile(rf"\s(?:the|our|this) (?:[\w-]{{2,15}} )?(?:{_KINDS})\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(\s?(?:itself |originally |first |est\.? )?$", re.IGNORECASE)
_BY_PERSON = re.compile(r"^\s?(?:[\w ]{0,20})?\bby [^,.;]{3,80}", re.IGNORECASE)
_FIRST = re.compile(r"\s?([A-Z][\w’'&-]{1,24})")
_NO_COMPANY = re.compile(
    r"\b(?:journey|transformation|projects?|initiative|campaign|relationship|passion|interest|love|dream|service|line|series"
    r"|range|founders?|construction|work|production|recipe|collection|tradition|event|sales|operations)(?:"
    r" (?:was|has been|first))?$",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(r"\b(?:affiliat|subsidiar|sister compan|clients?|customers?)", re.IGNORECASE)
SHORTEST = 5
_LONGEST_SUBJECT = 8  # words


def stated_years(text: str, names: list[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Yields the statements that the company was founded in a year."""
    for match in islice(_THE_YEAR.finditer(text), 1):
        yield match[1], match
    for match in islice(_BEGAN.finditer(text), 1):
        yield match[1] or match[4], match
    for match in islice(_YEAR_FIRST.finditer(text), MOST):
        what = match["what"]
        if (_begins_with_own(what, names) or _THE_COMPANY.match(what)) and not _OTHER_THING.search(match[0]):
            yield match[1], match
    for match in islice(_STATED.finditer(text), MOST):
        gap = match["gap"]
        if A_YEAR.search(gap) or _OTHER_THING.search(gap) or gap.count("(") > gap.count(")"):
            continue
        before, after = sentence_around(text, match)
        is_named = any(name in compacted(gap) for name in names)
        is_active = _begins_with_own(gap, names)  # "opened Acme in 2015"
        if match["verb"].lower() == "launched" and not is_active:
            continue
        if _LOOSE.search(match["verb"]) and not (_PLAIN.match(gap) or is_named or is_active):
            continue
        if before.count("(") > before.count(")"):
            if not _IN_BRACKETS.search(before) or not any(
                compacted(FORM.sub("", before.rpartition("(")[0])).endswith(name) for name in names
            ):
                continue
        elif not (
            is_subject(before, names)
            or (_is_said(match, before, names) and is_about_company(before, _BY_PERSON.sub("", after), names))
        ):
            is_object = _OBJECT.match(gap) and not re.search(r"\bof\b|[“\"]", before)
            if not (is_active or is_object or (is_named and is_own_subject(before, names))):
                continue
        if _BY_OTHERS.search(after[:40]):
            continue
        yield match["year"], match


def _begins_with_own(gap: str, names: list[str]) -> bool:
    """True if the words after a verb begin with the company's name, or its first word."""
    first = _FIRST.match(gap)
    word = compacted(first[1]) if first else ""
    return bool(word) and any(
        compacted(gap).startswith(it) or (len(word) >= SHORTEST and it.startswith(word)) for it in names
    )


def _is_said(match: re.Match[str], before: str, names: list[str]) -> bool:
    """True unless the sentence begins with another name: "Krups was founded in 1846" is about Krups."""
    return not (_OF_SUBJECT.match(match["verb"]) or _NO_COMPANY.search(before)) and (
        begins_with_nobody(before) or is_own_subject(before, names)
    )


def is_subject(before: str, names: list[str]) -> bool:
    """True if the words just before the verb mean the company: "our preschool was", "it all", "Acme itself"."""
    if _SUBJECT.search(before[-60:]) and not re.search(
        r"\b(?:sister|parent|affiliate|of our|client|customer)\b", before[-60:], re.I
    ):
        return True
    if _DESCRIBED.fullmatch(before):
        return True
    before = before.rpartition("(")[2] if before.count("(") > before.count(")") else before
    clause = re.split(r"[,;:–—]\s", before)[-1]
    if len(clause.split()) > _LONGEST_SUBJECT:
        return False
    last = compacted(
        re.sub(r"\b(?:was|were|has been|itself|first|originally|all|is|had been|PT|blev|ble|werd)\b", " ", clause)
    )
    return bool(last) and any(
        last.endswith(name) or last.startswith(name) or (len(last) >= SHORTEST and name.startswith(last))
        for name in names
    )
