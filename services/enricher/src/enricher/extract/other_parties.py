"""Finds the lines of a page that speak of somebody else than its company: whoever made the site, authorities, partner
firms, a hospital to call at night, impostors. Addresses and numbers that stand there alone are not the company's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_MAKER = re.compile(
    r"\b(?:design(?:ed)?|develop(?:ed|ment)?|powered|built|maintained|crafted|web ?site|web|site|hosted"
    r"|marketing|managed"
    r"|photos?|photography|templates?|theme|artwork|illustrations?)(?: (?:and|&) [a-z]{4,12})? by\b.{0,60}\Z"
    r"|\b(?:direka|dibangunkan|dibina|reka bentuk|laman web) oleh\b.{0,60}\Z|(?:设计|設計|制作|製作)[:：].{0,40}\Z",
    re.IGNORECASE,
)
#: Headings and sentences that begin a part about others, with the number of lines below that it may have.
_HEADS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (lines, re.compile(pattern, re.IGNORECASE))
    for lines, pattern in (
        (
            6,
            r"(?:useful|helpful|related|external|government|other useful) (?:links?|numbers?|contacts?"
            r"|authorities|agencies"
            r"|web ?sites?|hotlines?|resources)\W{0,2}|(?:government |regulatory )?(?:authorities|regulators?)\W{0,2}",
        ),
        (
            12,
            r"(?:our |overseas |local |authori[sz]ed )?(?:agents?|dealers?|distributors?|resellers?|stockists?)\W{0,2}",
        ),
        (
            0,
            r".{0,160}\b(?:our (?:suppliers?|principals?|bankers?|auditors?|lawyers?|solicitors?|landlord"
            r"|insurers?|brokers?)"
            r"|(?:paper|timber|coffee|fabric) merchants?|agents? in \w{2,20}(?=:)|your (?:insurer|bank"
            r"|doctor|landlord"
            r"|career office|embassy|employer)s?)\b.{0,300}",
        ),
        (
            3,
            r".{0,60}\b(?:in association with|associate[ds]? (?:offices?|firms?|compan(?:y|ies))|network"
            r" (?:offices?|firms?)"
            r"|correspondent (?:offices?|firms?)|independent (?:law |member )?firms?|affiliated? (?:offices?|firms?"
            r"|compan(?:y|ies)))\b.{0,60}",
        ),
        (
            5,
            r"(?:our )?(?:friends|vendors|suppliers|partners|people|brands|photographers) (?:that |whom? )?we"
            r" (?:love|like"
            r"|work|recommend|trust)\b.{0,40}|(?:our )?(?:recommended|preferred|trusted) (?:vendors|suppliers"
            r"|partners)\W{0,2}",
        ),
        (
            1,
            r".{0,120}\b(?:beware|scams?|scammers?|impost[eo]rs?|impersonat\w{1,5}|phishing|fraudsters?|fake"
            r" (?:web ?sites?|e-?mails?"
            r"|calls?|messages?|numbers?|accounts?)|nothing to do with us|not (?:affiliated|associated"
            r"|connected) with us)\b.{0,300}",
        ),
        (
            0,
            r".{0,120}\b(?:sole |exclusive |authori[sz]ed |official )?(?:agents?|distributors?|dealers?"
            r"|resellers?|licensees?"
            r"|representatives?) (?:in .{2,30} )?(?:for|of) (?!our |the company).{2,80}",
        ),
    )
)
#: Names of places to turn to in an emergency.
_CARE = re.compile(
    r"\bA ?& ?E\b|\b(?:[A-Z][\w'’-]{1,20} ){1,3}(?:Emergency|Hospital|Police|Poison Centre|Fire Station)\b"
    r"|\b(?:ACRA|IRAS|MOM|MOH|MAS|LTA|HDB|NEA|CPF|SCDF|CaseTrust|CASE) (?:help ?desk|hot ?line|enquir\w{1,4})\b"
)
#: A quick test for any of them: most pages have none.
_ANY = re.compile(
    r"\bby\b|\boleh\b|设计|設計|制作|製作|useful|helpful|related|external|government|authorit|regulator|associat|network|correspondent"
    r"|independent|affiliate|\bwe (?:love|like|work|recommend|trust)|recommended|preferred|trusted|beware|scam"
    r"|impost|impersonat"
    r"|phishing|fraudster|\bfake\b|nothing to do|not connected|agent|distributor|dealer|reseller|licensee"
    r"|representative|stockist|supplier|principal|banker|auditor|lawyer|solicitor|landlord|insurer|broker|merchant"
    r"|\byour (?:bank|doctor|career|embassy|employer)|emergency|hospital|police|a ?& ?e|poison|fire station|help"
    r" ?desk|hot ?line",
)
#: Lines that end such a part: they speak of the company again.
_OWN_AGAIN = re.compile(
    r"(?:our )?(?:head|main|registered|sales|singapore) office\b.{0,40}|(?:contact|call|e-?mail|write to|reach)"
    r" us\b.{0,60}"
    r"|(?:general|sales) (?:enquir|inquir).{0,40}|©.{0,80}",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"[^a-z0-9]+")
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class Parts:
    """The lines of a text that are about others, and the rest of it."""

    others: str
    own: str


@lru_cache(64)  # a page is split for its addresses, its numbers and its people
def parts_of(text: str, names: frozenset[str], menu: frozenset[str] = frozenset()) -> Parts:
    """Splits a page's text into what is said of others and the rest.

    `names` are the company's, as `names_of` gives. Lines of the `menu` begin no part: "Distributors" leads to a page.
    """
    if not _ANY.search(text.lower()):
        return Parts("", text)
    others: list[str] = []
    own: list[str] = []
    left = 0
    for line in text.split("\n"):
        if len(line) > _LONGEST_LINE or line in menu or not (left or _ANY.search(line.lower())):
            own.append(line)
            left = 0
            continue
        maker = _MAKER.search(line)
        if maker:
            own.append(line[: maker.start()])
            others.append(line[maker.start() :])
            left = 2
            continue
        below = next((lines for lines, head in _HEADS if head.fullmatch(line)), None)
        if below is not None or (_CARE.search(line) and not _has_name(line, names)):
            others.append(line)
            left = max(left - 1, below or 0)
        elif left and not _OWN_AGAIN.fullmatch(line) and not _has_name(line, names):
            others.append(line)
            left -= 1
        else:
            own.append(line)
            left = 0
    return Parts("\n".join(others), "\n".join(own))


def _has_name(line: str, names: Iterable[str]) -> bool:
    compact = _COMPACT.sub("", line.lower())
    return any(name in compact for name in names)
