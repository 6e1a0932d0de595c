"""Finds years of foundation in Chinese, Malay, Indonesian, German and other European languages."""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.facts import FAIR, LIKELY
from enricher.extract.founding.sentences import is_subject
from enricher.extract.founding.words import A_YEAR, MOST, YEAR
from enricher.extract.own_words import compacted, is_about_company, sentence_around

_MALAY = re.compile(
    rf"\b(?i:ditubuhkan|diasaskan|didaftarkan|didirikan)"
    rf"(?: (?:pada|sejak|tahun|di|\d{{1,2}}|[A-Z][a-z]{{2,9}})){{0,4}} {YEAR}"
)
_GERMAN = re.compile(
    rf"\b[Ss]eit {YEAR}[^.!?\n]{{0,60}}\bwir\b|(?:^|[.!?] |\bwurde (?:wir )?)[Gg]egründet (?:im Jahre? |in )?{YEAR}"
    rf"|\b[Ss]eit (?:der |unserer )?(?:Firmen)?[Gg]ründung (?:im Jahre? |in )?{YEAR}"
    rf"|\b(?:[Dd]as Unternehmen|[Dd]ie Firma|[Dd]er Betrieb|[Ww]ir) (?:wurden?|ist) (?:im Jahre? |in )?{YEAR} gegründet"
    rf"|^(?:Familien|Meister|Handwerks)[a-zäöü]{{4,14}} seit {YEAR}"
    r"|\bhat (?:das Unternehmen|die (?:Firma|Praxis|Kanzlei|Agentur)|den (?:Betrieb|[A-Z][a-zäöüß]{2,20}dienst)"
    rf"|unser\w{{0,2}} [A-Z][\w-]{{2,24}}) (?:im Jahre? )?{YEAR} gegründet",
    re.M,
)
#: "Acme Technik - seit 1973", on a line of its own.
_GERMAN_SINCE = re.compile(rf"^(?P<name>[^\n.!?]{{3,60}}?)[ ,|–-]{{1,3}}[Ss]eit {YEAR}$", re.M)
#: Words of which a statement in Malay, Indonesian or German has one.
_OTHER_WORDS = ("ditubuhkan", "diasaskan", "didaftarkan", "didirikan", "seit", "gegründet")
#: "was founded in" in Swedish, Danish, Norwegian, Dutch, Finnish, French, Spanish, Portuguese and Italian.
_EUROPEAN = re.compile(
    r"\b(?:(?:blev|ble|werd|is|er|är|fut|fu|a été|est|è stata|è stato) )?(?:grundades|startades|bildades|etablerades"
    r"|grundat|grundlagt|grunnlagt|etableret|etablert|stiftet|opgericht|gesticht|perustettu|perustettiin|fondée?|créée?|fundad[ao]"
    rf"|fondat[ao]|nata)(?: (?:år|i|in|en|nel|em|vuonna))? {YEAR}",
    re.IGNORECASE,
)
#: "since" in these languages.
_EUROPEAN_SINCE = re.compile(rf"\b(?:sinds|sedan|siden|depuis|desde|dal|vuodesta) {YEAR}", re.IGNORECASE)
_PRONOUN = re.compile(r",?[^.!?\n,]{0,30}\b(?:wij|we|vi|nous|noi|nosotros|nós)\b", re.IGNORECASE)
_EUROPEAN_WORDS = re.compile(
    r"grundades|startades|bildades|etable|grundat|grundlagt|grunnlagt|stiftet|opgericht|gesticht|perustett|fondé"
    r"|créé|fundad|fondat"
    r"|nata |sinds|sedan|siden|depuis|desde|dal |vuodesta"
)
_HAN = re.compile("[\u4e00-\u9fff]")
HAN_DIGITS = "〇零○一二三四五六七八九"
_HAN_YEAR = rf"((?:18|19|20)\d\d|[{HAN_DIGITS}]{{4}})"
_HAN_VERB = r"(?:成立|创立|創立|创办|創辦|始创|始創|创建|創建|创始|開業|开业)"
_CHINESE = re.compile(
    rf"{_HAN_VERB}[于於]? ?(?:公元)?{_HAN_YEAR} ?年"
    rf"|{_HAN_YEAR} ?年(?:\d{{1,2}}月)?(?:由[^。，,；;\d\n]{{2,24}}?|[^。，,；;\d\n]{{0,8}}){_HAN_VERB}"
)
_HAN_OWN = re.compile(r"本|我们|我們|公司|我司|诊所|診所|店|医馆|品牌|^\W*$")
_HAN_CLAUSE = re.compile(r"[。；;，,\n]")
_HAN_SINCE = re.compile(rf"(?:始于|始於)\s?{YEAR}")
_SHORT_CLAUSE = 12
_ALIKE = 6  # letters of a name


def years_in_other_languages(text: str, names: list[str]) -> Iterator[tuple[str, float, re.Match[str]]]:
    """Yields Chinese, Malay, Indonesian and German statements."""
    is_chinese = not text.isascii() and _HAN.search(text) is not None
    lower = text.lower()
    for match in islice(_CHINESE.finditer(text), MOST) if is_chinese else ():
        before = text[max(0, match.start() - 60) : match.start()]
        clause = _HAN_CLAUSE.split(before)[-1]
        is_aside = clause.count("（") + clause.count("(") > clause.count("）") + clause.count(")")
        year = "".join(map(_digit, match[1] or match[2]))
        is_own = _HAN_OWN.search(clause) or len(clause) <= _SHORT_CLAUSE or any(it in compacted(clause) for it in names)
        if not is_aside and A_YEAR.fullmatch(year) and is_own:
            yield year, FAIR, match
    for match in islice(_HAN_SINCE.finditer(text), 1) if is_chinese else ():
        yield match[1], FAIR, match
    for pattern in (_MALAY, _GERMAN) if any(word in lower for word in _OTHER_WORDS) else ():
        for match in islice(pattern.finditer(text), MOST):
            before, after = sentence_around(text, match)
            if is_about_company(before, after, names) or pattern is _GERMAN:
                yield next(it for it in match.groups() if it), LIKELY, match
    if _EUROPEAN_WORDS.search(lower):
        yield from _european_years(text, names)
    for match in islice(_GERMAN_SINCE.finditer(text), MOST) if "seit " in lower else ():
        if any(compacted(match["name"]).startswith(it[:_ALIKE]) for it in names):
            yield match[2], LIKELY, match


def _european_years(text: str, names: list[str]) -> Iterator[tuple[str, float, re.Match[str]]]:
    """Yields statements that begin with the company's name, with the verb, or with "since" and "we"."""
    for match in islice(_EUROPEAN.finditer(text), MOST):
        before, _ = sentence_around(text, match)
        if not before or is_subject(before, names):
            yield match[1], LIKELY, match
    for match in islice(_EUROPEAN_SINCE.finditer(text), MOST):
        before, after = sentence_around(text, match)
        if len(before.split()) <= 1 and _PRONOUN.match(after):
            yield match[1], FAIR, match


def _digit(sign: str) -> str:
    """Returns the digit for a Chinese one."""
    return str(max(0, HAN_DIGITS.index(sign) - 2)) if sign in HAN_DIGITS else sign
