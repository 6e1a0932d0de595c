"""Finds the lines of a page that speak of somebody else than its company: whoever made the site, authorities, partner
firms, a hospital to call at night, impostors. Addresses and numbers that stand there alone are not the company's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from enricher.extract.line_memo import MOST_LINES, once_per_line
from enricher.extract.own_words import compacted, is_own_name
from enricher.extract.strangers import (
    LEGAL_FORM,
    is_of_stranger,
    legal_names,
    own_legal_names,
    sentences_of,
)

_MAKER = re.compile(
    r"\b(?:design(?:ed)?|develop(?:ed|ment)?|powered|built|maintained|crafted|web ?site|web|site|hosted"
    r"|marketing|managed"
    r"|photos?|photography|templates?|theme|artwork|illustrations?)(?: (?:and|&) [a-z]{4,12})? by\b.{0,120}\Z"
    r"|\b(?:direka|dibangunkan|dibina|reka bentuk|laman web) oleh\b.{0,60}\Z"
    r"|(?:设计|設計|制作|製作|技术支持|技術支援|网站建设)[:：].{0,40}\Z",
    re.IGNORECASE,
)
#: Behind them, the name follows on a line of its own: a link.
_BY_WHOM = re.compile(r"(?:\bby|\boleh|[:：])(?: the| an?)?\s?\Z", re.IGNORECASE)
_OVERSEEN = re.compile(
    r"\b(?:regulated|supervised|accredited|audited|insured|governed|overseen|franchised) by(?: the| an?)?\s?\Z",
    re.IGNORECASE,
)
#: Somebody's words in quotation marks.
_SAID = re.compile(r"[\"“][^\"”]{20,600}[\"”]\W?")
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
            2,
            r"(?:our |the )?(?:technology|training|boat|travel|strategic|business|channel|implementation"
            r"|logistics|media"
            r"|research|venue|charity|delivery|insurance|programme|academic|knowledge|education) partners?\W{0,2}",
        ),
        (
            3,
            r"(?:our |the |major |main )?(?:tenants?|bank(?:er)?s?|landlords?|affiliates?|sponsors?|neighbours?"
            r"|customers?"
            r"|clients?|(?:affiliated?|associated?|related|sister|group) compan(?:y|ies)|external|pelanggan(?:"
            r" kami)?|kunden"
            r"|(?:メーカー|関係機関|協力会社)[^\d]{0,12}"
            r"|取引銀行|主要取引先|主な取引先|関連会社|合作伙伴|客户)(?: \w{3,12})?\W{0,2}",
        ),
        (
            1,
            r"[A-Z][^\d@:(]{2,30} \((?:licen[sc]ed|franchised?|independent)"
            r" (?:partner|operator|dealer|agent|franchisee)s?\)"
            r"|(?:our )?(?:accreditation|membership)s?(?: (?:and|&) (?:accreditation|membership)s?)?\W{0,2}",
        ),
        (
            12,
            r"(?:our |overseas |local |authori[sz]ed )?(?:agents?|dealers?|distributors?|resellers?|stockists?)"
            r"(?:\s?[–—:(-]\s?[^\W\d][^\d@:]{2,30})?\W{0,2}",
        ),
        (
            8,
            r"(?:[\w'’&-]{1,20} ){0,3}(?:stockists?|dealers|distributors|resellers|retailers|installers"
            r"|franchisees|licensees|tenants|exhibitors|hauliers|carriers|suppliers|insurers|regulators|funders|vendors|caterers"
            r"|florists|landlords?)"
            r"(?: (?:and|&|in|near|of|abroad|overseas|worldwide|we)\b.{0,40})?\W{0,2}"
            r"|where (?:else )?to (?:buy|find|get|taste|drink|eat|stay|see) (?!us\b).{2,40}"
            r"|(?:emergency|crisis|helpful|other|local|important) (?:useful )?(?:numbers|services|lines|support"
            r"|help ?lines?)\W{0,2}"
            r"|[^\d]{0,30}\b(?:help ?|care )lines\b[^\d]{0,40}|funding bodies|file a claim.{0,20}"
            r"|before you dig|farm partners"
            r"|(?:(?:C ?& ?F|clearing|forwarding|sales|sub|overseas) )agents?(?: abroad)?\W{0,2}"
            r"|(?:.{0,30}\W)?(?:call|contact|ring|tell|notify|phone) (?:the|your) (?:own )?(?:brand|insurer"
            r"|manufacturer|maker|bank)\b.{0,40}|if you (?:need|are in|feel) .{3,40}",
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
    r"\bA ?& ?E\b|[\w'’] ER\b|\b(?:[A-Z][\w'’-]{1,20} ){1,3}(?:Emergency|Hospital|Police|Poison Centre|Fire Station)\b"
    r"|\b(?:ACRA|IRAS|MOM|MOH|MAS|LTA|HDB|NEA|CPF|SCDF|CaseTrust|CASE) (?:help ?desk|hot ?line|enquir\w{1,4})\b"
)
#: A quick test for any of them: most pages have none.
_ANY = re.compile(
    r"\bby\b|\boleh\b|设计|設計|制作|製作|技[术術]支|网站建设|accredit|membership|useful|helpful|related|external|government|authorit|regulator|associat|network|correspondent"
    r"|independent|affiliate|\bwe (?:love|like|work|recommend|trust)|recommended|preferred|trusted|beware|scam"
    r"|impost|impersonat"
    r"|phishing|fraudster|\bfake\b|nothing to do|not connected|agent|distributor|dealer|reseller|licensee"
    r"|representative|stockist|supplier|principal|banker|auditor|lawyer|solicitor|landlord|insurer|broker|merchant"
    r"|\byour (?:bank|doctor|career|embassy|employer)|emergency|hospital|police|a ?& ?e| er\b|poison|fire station|help"
    r" ?desk|hot ?line|affiliat|sister compan|取引|関連|合作|客户",
)
#: The same for a short line, which may be a heading.
_ANY_HEADING = re.compile(
    r"partner|tenant|bank|sponsor|neighbour|customer|client|compan|external|pelanggan|kunden|retailer|installer|franchis"
    r"|licensee|exhibitor|haulier|carrier|regulator|funder|vendor|caterer|florist|where to |numbers|services"
    r"|crisis|help ?line|care line|funding|claim|before you|agent|your (?:brand|insurer)|the (?:brand|maker)"
    r"|メーカー|関係|協力"
    r"|if you "
)
_LONGEST_HEADING = 48
#: Lines that end such a part: they speak of the company again.
_OWN_AGAIN = re.compile(
    r"(?:our )?(?:head|main|registered|sales|singapore) office\b.{0,40}|(?:contact|call|e-?mail|write to|reach)"
    r" us\b.{0,60}"
    r"|.{0,200}\bour (?:[a-z]{2,14} ){0,2}(?:manager|team|office|staff|shop|store|kitchen|showroom|reception)\b.{0,200}"
    r"|meet .{2,30}|(?:our|the) (?:team|crew|people|staff)\b.{0,20}|about us.{0,30}"
    r"|(?:general|sales) (?:enquir|inquir).{0,40}|©.{0,80}",
    re.IGNORECASE,
)
#: A sentence behind one about others that is about the company again.
_OWN_MARK = re.compile(r"\b(?:us|we|our|ours)\b", re.IGNORECASE)
_WHERE = re.compile(r"where ", re.IGNORECASE)
_LONGEST_LINE = 1_500
_LONGEST_HEAD = 500
#: A heading, or the name of a company on a line by itself.
_LONGEST_NAME = 80
_BELOW_NAME = 2
_MAY_BE_REACHED = re.compile(r"@|\[at|\(at|\d(?:\D{0,3}\d){4}")


@dataclass(frozen=True, slots=True)
class Parts:
    """The lines of a text that are about others, and the rest of it."""

    others: str
    own: str
    #: Sentences about others that may name the company's people, too: "write to our manager or approach the council".
    both: str = ""


@lru_cache(64)  # a page is split for its addresses, its numbers and its people
def parts_of(
    text: str, names: frozenset[str], menu: frozenset[str] = frozenset(), quoted: frozenset[str] = frozenset()
) -> Parts:
    """Splits a page's text into what is said of others and the rest.

    `names` are the company's, as `names_of` gives. Lines of the `menu` begin no part: "Distributors" leads to a page.
    `quoted` are the lines of testimonials.
    """
    has_forms = LEGAL_FORM.search(text) is not None
    legal = own_legal_names(text, names) if has_forms else frozenset[str]()
    named = names | legal
    others: list[str] = []
    own: list[str] = []
    both: list[str] = []
    left, is_reach_only, is_named_below = 0, False, False
    lines = text.split("\n")
    for nth, line in enumerate(lines):
        if line in quoted and (
            len(line) > _LONGEST_NAME
            or not quoted.isdisjoint(lines[max(0, nth - 1) : nth :] + lines[nth + 1 : nth + 2])
        ):
            others.append(line)
            continue
        if len(line) > _LONGEST_LINE or (line in menu and not is_named_below):
            own.append(line)
            left = 0
            continue
        is_reach_only = is_reach_only and left > 0
        is_named_below = False
        is_marked, may_be_reached, has_form = _signs_of(line)
        if not (left or is_marked or may_be_reached or has_form):
            own.append(line)
            continue
        if _SAID.fullmatch(line):
            others.append(line)
            continue
        maker = _MAKER.search(line) if is_marked else None
        overseer = _OVERSEEN.search(line) if is_marked and not maker else None
        if begins := maker or overseer:
            is_named_below = _BY_WHOM.search(line) is not None
            own.append(line[: begins.start()])
            others.append(line[begins.start() :])
            left = 2 if maker or "".join(lines[nth + 2 : nth + 3]).startswith("(") else 1
            continue
        below = _below(line, named) if is_marked else None
        if below is not None:
            others.append(line)
            left = max(left - 1, below)
        elif has_form and _is_company(line, named):
            others.append(line)
            left, is_reach_only = _BELOW_NAME, True
            continue
        elif left and is_reach_only and not may_be_reached:
            own.append(line)
            left = 0
        elif left and not _OWN_AGAIN.fullmatch(line) and not _has_name(line, named):
            others.append(line)
            left -= 1
        else:
            left = 0
            theirs, ours = _by_sentence(line, names, legal) if may_be_reached else ("", line)
            others += [theirs] if theirs else []
            both += [theirs] if theirs and _OWN_MARK.search(theirs) else []
            own += [ours] if ours else []
    return Parts("\n".join(others), "\n".join(own), "\n".join(both))


@once_per_line
def _signs_of(line: str) -> tuple[bool, bool, bool]:
    """Tests a line quickly for words that may begin a part about others, an address or number, and a legal form."""
    lower = line.lower()
    is_marked = _ANY.search(lower) or (len(line) <= _LONGEST_HEADING and _ANY_HEADING.search(lower))
    return bool(is_marked), _MAY_BE_REACHED.search(line) is not None, LEGAL_FORM.search(line) is not None


def _below(line: str, named: frozenset[str]) -> int | None:
    """The lines below this one that are another's, if this line begins a part about others; else `None`."""
    if len(line) <= _LONGEST_HEAD:
        is_one = len(sentences_of(line)) == 1  # of several sentences, only some may be about others
        below = next((lines for lines, head in _HEADS if (lines or is_one) and head.fullmatch(line)), None)
        if below and len(line) <= _LONGEST_NAME and _WHERE.match(line) and _names_own(line, named):
            return None  # "Where to find Acme abroad"
        if below is not None or (is_one and _is_care(line, named)):
            return below or 0
    return None


def _names_own(line: str, named: frozenset[str]) -> bool:
    return any(is_own_name(word, named) for word in line.split())


def _is_care(line: str, named: frozenset[str]) -> bool:
    """True for a place to turn to in an emergency, with its number or as a heading."""
    may_be = _CARE.search(line) and (len(line) <= _LONGEST_NAME or _MAY_BE_REACHED.search(line))
    return bool(may_be) and not _has_name(line, named)


def _is_company(line: str, named: frozenset[str]) -> bool:
    """True for another company's name on a line by itself: an address or a number just below is its own."""
    is_short = len(line) <= _LONGEST_NAME and not _MAY_BE_REACHED.search(line) and LEGAL_FORM.search(line)
    found = legal_names(line) if is_short else []
    return bool(found) and not _has_name(line, named) and not is_own_name(found[0], named)


@lru_cache(MOST_LINES)
def _by_sentence(line: str, names: frozenset[str], legal: frozenset[str]) -> tuple[str, str]:
    """The sentences of a line that give another's address or number, and the rest of the line."""
    theirs: list[str] = []
    ours: list[str] = []
    is_theirs = False
    for sentence, goes_on in sentences_of(line):
        is_marked = any(not lines and head.fullmatch(sentence.strip()) for lines, head in _HEADS)
        is_theirs = (
            is_marked
            or _is_care(sentence, names | legal)
            or is_of_stranger(sentence, names, legal)
            or (is_theirs and goes_on and not _OWN_MARK.search(sentence) and not _has_name(sentence, names | legal))
        )
        (theirs if is_theirs else ours).append(sentence)
    return "".join(theirs), "".join(ours)


def _has_name(line: str, names: Iterable[str]) -> bool:
    compact = compacted(line)
    return any(name in compact for name in names)
