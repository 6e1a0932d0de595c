"""Detects sentences that give another's address or number: a supplier's, a public body's, the site maker's.

It counts as such by its label ("Landlord: Acme"), its verb ("serviced by Acme"), the public body that it names, or
by a company's name with its legal form that is not the page's own.
"""

import re
from collections.abc import Iterable

from enricher.extract.line_memo import once_per_line
from enricher.extract.numbers.countries import is_place
from enricher.extract.other_roles import ROLE, ROLES
from enricher.extract.others.named import ends_as_own, labels_another, names_another
from enricher.extract.others.public_bodies import AUTHORITY, PUBLIC
from enricher.extract.own_words import compacted, is_own_name

#: Ends of sentences, and signs between the items of one line.
_PARTS = re.compile(
    r"(?:(?<=[a-zà-ÿ]{4})|(?<=[\d)\]”\"]))[.!?;]\s+(?=[A-Z(“\"'0-9À-Þ])|\s[|•·●‧∙]\s|\s/\s(?=[A-Z])"
    r"|\s(?=[\u4e00-\u9fff]{2})(?<=[a-z\d]\s)|。"
)
#: Roles that people have, too, so that they tell only before a name.
_MORE_ROLES = (
    r"registrars?|underwriters?|organi[sz]ers?|trustees?|custodians?|building management|management office|installers?"
    r"|architects?|surveyors?|notary|nominated adviser|transfer agent|web ?masters?"
)
#: "Building management (Acme): 6123 4567"
_IN_BRACKETS = re.compile(
    rf"^\W{{0,3}}(?i:(?:[\w'’&-]{{1,20}} ){{0,2}}(?:{ROLES}"
    rf"|{_MORE_ROLES})) ?\((?=[A-ZÀ-Þ][^)\d]{{2,40}}\)\s?[:：]?\s?\+?\d)"
)
#: "at the Marina Hotel (tel. 6123 4567)", "Venue: Bay Resort, 1 Some Road. Tel: 6123 4567"
_HOUSE = re.compile(
    r"(?P<name>(?:[A-ZÀ-Þ][\w'’&-]{1,20} ){0,4}(?:Hotel|Inn|Resort|Hostel|Motel|Ryokan"
    r"|Convention Cent(?:re|er)|Exhibition Cent(?:re|er)"
    r"|Expo)\b)[^!?\n]{0,100}?(?<![\w#-])\+?\(?\d(?:[ ().-]{0,2}\d){6}"
)
_OUR_SHOP = re.compile(
    r"\b[Oo]ur (?:[a-z]{3,12} )?(?:shop|office|outlet|branch|store|counter|kiosk|showroom|clinic|restaurant)\b"
)
_VENUE = re.compile(
    r"^\W{0,3}(?i:venue|location)\s?[:：]\s?(?=[A-ZÀ-Þ][^\n]{0,60}\b(?:Hotel|Inn|Resort|Club|Hall|Ballroom|Expo"
    r"|Cent(?:re|er))\b)"
)
#: "US agent: Acme", "Main switchboard maker: Acme", "Ejen di Brunei: Acme".
_LABEL = re.compile(
    rf"^[\W_]{{0,3}}(?i:(?:(?!sales|customer|our own)[\w'’&-]{{1,20}} ){{0,4}}(?:{ROLES}|{_MORE_ROLES})(?: (?:in"
    rf"|for|di|of|de|du)"
    rf" [\w’' ]{{2,30}}| abroad| overseas)?)"
    r"(?: ?\([^)]{0,40}\))?\s?(?:[:：]|\s[–—-])\s{0,2}(?!(?i:mr|mrs|ms|mdm|miss|dr|en|pn|tel|call|phone"
    r"|contact)\b)(?=[A-ZÀ-Þ])"
)
#: "Compressor serviced by Acme", "Delivery by Acme", "Courses are run by Acme".
_BY = re.compile(
    r"\b(?:(?i:servic(?:ed|ing)|run|operated|managed|conducted|organi[sz]ed|supplied|supply|provided|handled|delivered"
    r"|delivery|deliveries|tuning|rental|work|works|installed|installation|stor(?:ed|age)|printed|printing|catered"
    r"|catering|audited|insured|underwritten|administered|insurance|financed|financing|distributed|represented"
    r"|hosted|hosting|fulfilled"
    r"|fulfilment|shipping|shipped|security|cleaning|valet|parking|owned|leased|let|letting|certified|tested|testing"
    r"|recorded|sponsored|words|text|photos?|pictures?|styling)) by (?:our |the |their )?(?:[a-z]{3,14}"
    r" ){0,2}(?=[A-ZÀ-Þ])"
)
#: "apply only through Acme", "paid to Acme", "our neighbour Acme", "available from Acme".
_THROUGH = re.compile(
    r"\b(?:(?i:approach|apply|applications?|book(?:ed|ings?)?|bought|sold|stocked|available|paid|payable"
    r"|claims?|complaints?"
    r"|complain|report(?:ed)?|referred)\b[^.!?\n]{0,40}\b(?:through|via|to|from|at|by|with)|or approach) (?:the"
    r" )?(?=[A-ZÀ-Þ])"
    rf"|\b(?i:our|your) (?:[a-z-]{{3,14}} ){{0,2}}(?:{ROLES}) (?=[A-ZÀ-Þ])"
)
#: "call Lifeline or 1800 123 456", "National Gambling Helpline", "we buy hops from Acme (6123 4567)".
_TOLD_OF = re.compile(
    r"\b(?:says|said) (?:[A-Z][\w'’-]{1,20} ){1,4}(?:of|from|at) (?=[A-Z])"
    r"|\b[Ww]e (?:sponsor|recommend|love) (?=(?:[A-Z][\w'’-]{1,20} ){2})"
    r"|\b[Oo]ur (?:accountants|architects|surveyors|bookkeepers) (?:are|is) (?=[A-Z])"
)
_HELP = re.compile(
    r"\b(?:[Cc]all|[Pp]hone|[Rr]ing) (?=(?:[A-Z][\w’'-]{1,20} ){1,4}or \+?\(?\d)"
    r"|\b[Ww]e (?:buy|get|order|source)\b[^.!?\n]{0,40}\bfrom (?=[A-Z][^.!?(\n]{1,40} \(\+?\d)"
    r"|(?=[NF])\b(?=(?:National|Federal) (?:[A-Z][\w’'-]{1,20} ){1,4}(?:Hot ?line|Help ?line|Life ?line)\b)"
)
_LENDER = re.compile(
    r"\b(?:with|from|by|through) (?P<name>(?:[A-Z][\w’'&-]{1,20} ){1,3}(?:Credit Union|Bank|Lending|Finance"
    r"|Insurance|Leasing))\b"
)
#: Words that say outright that it is another's.
_OUTRIGHT = re.compile(
    r"\bwe (?:recommend|trust)\b"
    r"|\b(?:contact|call|phone|approach|write to) (?:the |your )?(?:manufacturer|maker|importer|insurer|developer"
    r"|publisher)s? direct(?:ly)?\b"
    r"|\b(?:are|is|were|was) (?:not|never) (?:(?:sent|run|operated|used|made) )?(?:from|by) us\b|\bnot (?:ours"
    r"|us)\b|\bwe (?:can )?refer\b"
    r"|\bfirst,? (?:and )?(?:only )?then (?:call |phone |ring )?us\b"
    r"|\bbefore (?:calling|phoning|ringing|contacting|you (?:call|phone|ring|contact)) us\b"
    r"|\b(?:handled|covered|honou?red|provided|given) by (?:the|its|their) (?:makers?|manufacturers?|importers?"
    r"|insurers?|suppliers?)\b"
    r"|^\W{0,2}(?:school|company|works|duty|visiting) (?:doctor|physician|dentist|nurse)s?:"
    r"|(?:委员会|委員會|管理局|协会|協會|总会|總會|警方|警察|卫生部|衛生部|人力部)[^。\n]{0,20}(?=\d{4})"
    r"|合作[\u4e00-\u9fff]{0,4}[：:]|(?:代理店|制作会社|取引銀行|保健所|管理会社)[：:]"
    r"|(?:[\u4e00-\u9fff](?<!部)署|(?:衛生|卫生|警察|勞工|劳工)局)\s?(?=\d{4})"
    r"|(?:組合|協会|連盟|連合会|商工会|商工会議所|保健所|警察署|消防署|役所)[（(](?:TEL|Tel|電話)?[:：]?\s?(?=\d{2})"
    r"|^\W{0,2}(?:[a-z]+ )?(?:tuner|movers?)s?:|"
    r"\btheir (?:own )?(?:web ?site|office|hot ?line|number|counter|reception|team)\b|\bcalled (?:me )?from\b"
    r"|\(independent\)|\bNMLS\b|\bin case of (?:an )?emergenc"
    r"|\b(?:lending|finance|insurance) partner\b|\b(?:guest|visiting) (?:writer|speaker|columnist)\b",
    re.IGNORECASE,
)
#: "Site: Ferrous Studio", "Gestaltung & Umsetzung: Agentur Weiss".
_MADE = re.compile(
    r"(?:^|(?<=[.|•·©] )|(?<=\d ))(?:web ?site|site|photos?|photography|video|branding|hosting|web|web ?design"
    r"|design|concept|gestaltung|umsetzung"
    r"|realisierung|realisatie|réalisation|conception(?: du site)?|html)"
    r"(?: (?:&|and|und) \w{4,14})?\s?[:：]\s?(?:(?:[A-ZÀ-Þ][\w’'-]{0,24}|of|and|&) ){0,4}?"
    r"(?:Studios?|Digital|Designs?|Web|Media|Creatives?|Interactive|Agency|\w{0,12}agentur|Labs?|Works|Collective"
    r"|Pixels?|Code)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"((?:[A-ZÀ-Þ][\w’'.&-]{0,24}|&|of|and|van|der|de|\((?:S|M|Singapore|Malaysia|Asia|Pte|SG|Thailand|HK)\))"
    r"(?:,? (?:[A-ZÀ-Þ][\w’'.&-]{0,24}|&|of|and|van|der|de|\((?:S|M|Singapore|Malaysia|Asia|SG|Thailand"
    r"|HK)\))){0,6}?),? "
    r"(?:Pte\b\.?(?: Ltd\b\.?| Limited\b)?|Sdn\b\.? Bhd\b|Ltd\b|Limited\b|LLP\b|LLC\b|L\.L\.C|Inc\b|GmbH\b|AG\b"
    r"|AB\b|B\.?V\.|N\.V\."
    r"|K\.K\.|PAC\b|S\.A\.|S\.p\.A|S\.?r\.?l\b|Oy\b|PLC\b|plc\b|Corp\b|Co\.,? Ltd\b|Pty\b|JSC\b|KG\b|e\.K\.|Tbk\b)"
)
#: A quick test for a legal form.
LEGAL_FORM = re.compile(
    r"\b(?:Pte|Ltd|Limited|LLP|LLC|L\.L\.C|Inc|GmbH|AG|AB|B\.?V|N\.V|Bhd|K\.K|PAC|S\.A|S\.p\.A|S\.?r\.?l|Oy|Pty|plc|PLC"
    r"|JSC|Corp|KG|e\.K|Tbk)\b"
)
_COPYRIGHT = re.compile(
    r"©|\(c\)|copyright|all rights reserved|hak cipta|版权|uen\b|co\.? reg|reg(?:istration)? no", re.IGNORECASE
)
_FOLLOWS = re.compile(r"[A-ZÀ-Þ][\w’'&.-]{0,24}(?: (?:[A-ZÀ-Þ][\w’'&.-]{0,24}|&|and|of)){0,3}")
_SHORTEST = 4


def sentences_of(line: str) -> list[tuple[str, bool]]:
    """Splits a line into sentences and items; each says whether it continues a text or is an item of a list."""
    found: list[tuple[str, bool]] = []
    start, goes_on = 0, False
    for cut in _PARTS.finditer(line):
        found.append((line[start : cut.end()], goes_on))
        start, goes_on = cut.end(), not cut[0].startswith(" ")
    return [*found, (line[start:], goes_on)]


def legal_names(text: str) -> list[str]:
    """Returns the companies that a text names with their legal forms, without these forms."""
    if not LEGAL_FORM.search(text):
        return []
    return [name for line in text.split("\n") if LEGAL_FORM.search(line) for name in _legal_names_on(line)]


@once_per_line
def _legal_names_on(line: str) -> tuple[str, ...]:
    """Returns the companies on one line: no name continues on the next."""
    return tuple(found[1] for found in _LEGAL.finditer(line) if len(compacted(found[1])) >= _SHORTEST)


def own_legal_names(text: str, names: Iterable[str]) -> frozenset[str]:
    """Returns the legal names in the page's text that are the company's own, compacted.

    One that has the company's name in it, or its initials; one beside a copyright or a registration number; the only
    one on a page. One with a role ("Our landlord, Acme Pte Ltd") or below a place ("Singapore: Acme Pte Ltd") is not.
    """
    names = list(names)
    found = list(dict.fromkeys(legal_names(text)))
    own = {compacted(it) for it in found if is_own_name(it, names) or _has_initials(it, names)}
    if not own:
        formed = (line for line in text.split("\n") if LEGAL_FORM.search(line))  # a name is on one line
        lines = [line for line in formed if not ROLE.search(line) and not _is_at_place(line)]
        beside = legal_names("\n".join(line for line in lines if _COPYRIGHT.search(line)))
        others = set(legal_names("\n".join(lines)))
        own = {compacted(it) for it in beside[:1] or (others if len(others) == len(found) == 1 else ())}
    return frozenset(own)


def _is_at_place(line: str) -> bool:
    """True for a place with a colon before a name: "Singapore: Acme Pte Ltd"."""
    place, colon, _ = line.partition(":")
    return bool(colon) and is_place(place)


def _has_initials(name: str, names: Iterable[str]) -> bool:
    initials = "".join(word[0] for word in name.split() if word[0].isalnum()).lower()
    return len(initials) >= 3 and any(it.startswith(initials) for it in names)


def is_of_stranger(sentence: str, names: Iterable[str], own: frozenset[str]) -> bool:
    """True if the sentence gives another's address or number. `own` are the company's `own_legal_names`."""
    if _OUTRIGHT.search(sentence) or PUBLIC.search(sentence) or _MADE.search(sentence):
        return True
    known = [*names, *own]
    if (lender := _LENDER.search(sentence)) and not is_own_name(lender["name"], known):
        return True
    if AUTHORITY.search(sentence):
        return True
    if (house := _HOUSE.search(sentence)) and not (_OUR_SHOP.search(sentence) or _is_at_own(house, known)):
        return True
    for pattern in (_LABEL, _BY, _THROUGH, _TOLD_OF, _HELP, _IN_BRACKETS, _VENUE):
        if (found := pattern.search(sentence)) and not is_own_name(_named(sentence[found.end() :]), known):
            return True
    return any(not is_own_name(name, known) for name in legal_names(sentence)[:1]) or _names_another(sentence, known)


def _is_at_own(house: re.Match[str], known: list[str]) -> bool:
    """True for a hotel with the company's name, or a company with "hotel" in its own."""
    kind = compacted(house["name"].split()[-1])
    return ends_as_own(house["name"], known) or any(kind in name for name in known)


def _named(words: str) -> str:
    found = _FOLLOWS.match(words)
    return found[0].removeprefix("The ") if found else ""


def _names_another(sentence: str, known: list[str]) -> bool:
    return names_another(sentence, known) or labels_another(sentence, known)
