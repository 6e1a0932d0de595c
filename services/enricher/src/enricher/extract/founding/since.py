"""Finds years in "since 1988", and by anniversaries: "our 40th anniversary in 2019"."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from enricher.extract.facts import FAIR
from enricher.extract.founding.sentences import SHORTEST
from enricher.extract.founding.words import A_YEAR, FORM, MOST, YEAR
from enricher.extract.own_words import compacted, has_others, is_own_subject, sentence_around
from enricher.extract.persons.names import person_name
from enricher.extract.persons.titles import is_job_title

_SINCE = re.compile(rf"\b(?:since|est\.?|estd\.?) {YEAR}", re.IGNORECASE)
#: "We have served Acme since 2010" is about a customer, "we have served Singapore since 1975" about ourselves.
_RELATION = re.compile(
    r"\b(?:invested|raised|donated|served|supplied|worked with|working with|been with|used|using|accepting"
    r"|exporting|sponsoring|sold|owned"
    r"|held)(?! (?:singapore|the|our|families|businesses|homes|asia)\b)",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"\b(?:serving|trusted|proudly|quality|your|family|business|operat|est|in business|here|open|made|brewing|baking)",
    re.IGNORECASE,
)
_ANNIVERSARY = re.compile(
    rf"\b(?P<count>\d{{1,3}})(?:st|nd|rd|th) (?:anniversary|birthday)\b[^.!?;\n]{{0,60}}?\bin {YEAR}"
    rf"|\bin {YEAR}[^.!?;\n]{{0,60}}?\b(?P<other>\d{{1,3}})(?:st|nd|rd|th) (?:anniversary|birthday)\b",
    re.IGNORECASE,
)
#: What a company has done from its beginning.
_WE_HAVE = re.compile(
    r",? we(?:['’]ve| have) been (?:building|making|baking|brewing|roasting|designing|crafting|running|growing"
    r"|doing|fixing|repairing|installing|teaching|caring|moving|cleaning|delivering|printing|cooking)\b",
    re.IGNORECASE,
)
_OLDEST = 200
_FEW_WORDS = 4
_MOST_WORDS = 6
_LICENSED = re.compile(
    r"\b(?:of|has|have|had|been|is|was|were|are|registered|approved|appointed|status|sponsors?|supporters?|users?|partners?|at|with|in|on)\b",
    re.IGNORECASE,
)
_OUR = re.compile(r"\b(?:our|its)(?: \w+)?$", re.IGNORECASE)


def years_since(text: str, names: list[str]) -> Iterator[tuple[str, float, re.Match[str]]]:
    for match in islice(_SINCE.finditer(text), MOST):
        before, after = sentence_around(text, match)
        if _is_own_since(before, after, names):
            yield match[1], FAIR, match


def _is_own_since(before: str, after: str, names: Iterable[str]) -> bool:
    """True for "Serving Singapore since 1998" and "Since 1998, we"; false for a person's post, a customer's time."""
    if not before and _WE_HAVE.match(f" {after}".replace(" ,", ",")):
        return True
    whole, before = before, without_name(before, names)
    if (
        has_others(before)
        or has_others(after)
        or _RELATION.search(f"{before} {after}")
        or is_job_title(before.strip(" ,"))
    ):
        return False
    if whole.count("(") > whole.count(")"):
        named = compacted(FORM.sub("", whole.rpartition("(")[0]))
        return any(named.endswith(name) for name in names)
    if is_own_subject(whole, names) or (before != whole and before.startswith(("has ", "have "))):
        return True
    before = whole
    if not before:
        return len(after.split()) <= 6 or is_own_subject(after, names)
    if after == "" and len(before.split()) <= _FEW_WORDS and not (_LICENSED.search(before) or person_name(before)):
        return True  # "Fine valves since 1978"
    return len(before.split()) <= 8 and _DOING.search(before) is not None


def without_name(before: str, names: Iterable[str]) -> str:
    """Returns the words after the company's name at the beginning; all words if another subject begins."""
    words = before.split(" ")
    names = [name for name in names if len(name) >= SHORTEST]
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        if compacted(" ".join(words[:count])) in names:
            return " ".join(words[count:])
    return before


def anniversary_years(text: str, names: list[str]) -> Iterator[tuple[str, float, re.Match[str]]]:
    """Yields years from anniversaries: forty years before the year in "We celebrated our 40th anniversary in 2019"."""
    for match in islice(_ANNIVERSARY.finditer(text), MOST):
        before, _ = sentence_around(text, match)
        year = next(it for it in match.groups() if it and A_YEAR.fullmatch(it))
        said = match["count"] or match["other"]
        lead = f"{before} {match[0].partition(said)[0]}".strip()
        if (
            1 <= int(said) <= _OLDEST
            and (_OUR.search(lead) or is_own_subject(before, names))
            and not has_others(before)
        ):
            yield str(int(year) - int(said)), FAIR, match
