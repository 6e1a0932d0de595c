"""Parses job titles: whether a line is one, its seniority and function, and its rank among the wanted titles."""

import re
from collections.abc import Sequence
from functools import lru_cache

from enricher.extract.line_memo import once_per_line
from enricher.extract.persons.title_words import HEADS, MODIFIERS, SURNAMES

#: Words of sentences, menus and advertisements for jobs: a title has none of them.
_NO_TITLE = re.compile(
    r"\b(?:we|our|us|you|your|i|my|his|her|their|is|are|was|were|will|has|have|had|can|who|which|this|that|these"
    r"|contact|meet|click|read|view|join|hiring|vacanc\w{1,4}|apply|wanted|needed|required|looking|responsible|reports?"
    r"|years?|experience in|salary|full[- ]time|part[- ]time|permanent|download|message from|profile of"
    r"|former(?:ly)?|roster"
    r"|late|past|retired|outgoing|previous|ex|served|working|worked|email|tel|phone|ltd|limited|llp|inc|bank|university|school|hospital)\b"
    r"|\d{3}|(?<![A-Za-z\d])\d|[@?!:]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w'’-]{0,30}")
_UNIT = (
    r"(?:operations|sales|marketing|finance|accounts|administration|admin|human resources|hr|shipping|logistics"
    r"|purchasing"
    r"|procurement|production|engineering|design|business development|customer service|legal|it)"
)
_UNIT_NAMES = """
    account accounts administration admin akaun billing booking bookings buchhaltung bursary calibration cellar claims
    communications compliance conservation dispatch despatch donations einkauf eksport engineering enrolment enrolments
    enquiries export finance hr kewangan lab laboratory legal logistics maintenance marketing operations packing
    payroll pemasaran personal procurement production purchase purchasing qa quality quotations quotes reception refunds
    regulatory sales service shipping showroom site support talent technik tenders training vertrieb warehouse jualan
    verwaltung abrechnung
    stores innendienst außendienst aussendienst versand lager kundendienst ausbildung montage disposition empfang
    werkstatt
    desk office protection design admissions kitchen retail services programmes conservation acquisition recruitment
"""
_UNITS = frozenset(_UNIT_NAMES.split())
_DEPARTMENT = re.compile(rf"{_UNIT}(?: (?:&|and) {_UNIT})?", re.IGNORECASE)
#: Horticulturist, technician: whoever has a field.
_OF_A_FIELD = re.compile(
    r"(?!(?:check|wish|play|price|short|wait|white|black)list|[a-z]{1,9}qu?[vu]ist)[a-z]{4,14}(?:ist|ician|ographer)|[a-z]{3,10}(?:maker|smith|keeper|wright)"
    r"|[a-zäöü]{3,20}(?:halter|haltung|angestellter?|wirt|prüfer|helfer|sekretär|referent|therapeut|pfleger|verwalter|planer|zeichner"
    r"|medewerker|leider|adviseur|architect|meester)(?:in)?"
    # Swedish, Danish, Norwegian, Dutch
    r"|[a-zåäöæø]{3,20}(?:manager|chef|sjef|ansvarig|ansvarlig|ledare|leder|tekniker|konsulent|konsult|mester|mästare"
    r"|inspektør|inspektör|montör|montør|hoofd|beheerder)"
    r"|[a-zäöü]{3,20}(?:leiter|leitung|führer|führung|meister|berater|entwickler|assistent|techniker|ingenieur|mitarbeiter"
    r"|kauffrau|kaufmann|bearbeiter|betreuer|anwalt|anwält|arzt|ärzt)(?:in)?"
)
_BEFORE_HEADS = frozenset({"vice", "co", "deputy", "assistant", "sub", "associate"})
#: Words behind a title that name no company.
_GENERIC = frozenset(
    ["region", "regions", "northern", "southern", "eastern", "western", "central", "zone", "area", "team"]
)
_JOINING = frozenset({"of", "and", "for", "the", "und"})
_MAX_WORDS = 9
_MAX_UNKNOWN = 2
_LONGEST = 80
_CHINESE = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:经理|經理|總經理|总经理|董事长?|董事長|主席|总监|總監|总裁|總裁|創辦人|创始人|创办人|主任|工程师|院长|院長|所长|店长"
    r"|主厨|医师|醫師|会长|秘书|财政|厂长|校长|老师|顾问|主管|東主|东主)(?: ?[（(][\u4e00-\u9fff]{1,6}[）)])?"
)

_SENIORITIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("staff", r"\b(?:assistant|secretary|aide|intern) to\b|\b(?:executive|personal) assistant\b"),
        ("owner", r"\b(?:co-?)?founder\b|\bowner\b|\bproprietor\b|\bpengasas\b|\bpemilik\b|创始人|創辦人"),
        (
            "c_level",
            r"\bc[efomtirs]o\b|\bchief\b|\bmanaging (?:director|partner)\b|\bmd\b|(?<!vice )(?<!vice-)\bpresident\b"
            r"|\bchair(?:man|woman|person)\b|\bpengarah urusan\b|\bpengerusi\b"
            r"|董事长|主席|总裁",
        ),
        ("partner", r"\b(?<!business )partner\b|\bprincipal\b(?! (?:engineer|consultant|scientist))"),
        ("vp", r"\b(?:vice[ -]president|[se]?vp)\b"),
        ("director", r"\bdirector\b|\bpengarah\b|总监|總監|董事"),
        ("head", r"\bhead\b|\bketua\b|\bgeneral manager\b|\bgm\b|总经理|總經理"),
        ("manager", r"\bmanager\b|\bsupervisor\b|\blead(?:er)?\b|\bpengurus\b|\bpenyelia\b|经理|主任"),
        ("senior", r"\bsenior\b|\bprincipal\b"),
    )
)
_ASSISTANT = _SENIORITIES[0][1]
_FUNCTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for name, pattern in (
        (
            "sales",
            r"sales|business development|account(?: manager| executive| director)|commercial|key accounts?|cso|cco"
            r"|export",
        ),
        ("marketing", r"marketing|brand|communications?|public relations|cmo|content|digital"),
        ("finance", r"financ\w{1,4}|account(?:s|ant|ing)|cfo|treasur\w{1,2}|tax|audit\w{0,2}|controller"),
        ("human_resources", r"human resources?|hr|people|talent|recruit\w{1,4}|chro|training|learning"),
        (
            "technology",
            r"information technology|it|technology|software|data|cto|cio|network|cyber|systems?|web|developer"
            r"|programmer",
        ),
        ("procurement", r"procurement|purchasing|sourcing|buyer|supply chain"),
        ("legal", r"legal|counsel|lawyer|solicitor|compliance|company secretary"),
        ("customer_service", r"customer (?:service|care|success|support|experience)|after[- ]?sales|helpdesk"),
        ("engineering", r"engineer\w{0,3}|technical|r&d|research|design\w{0,2}|architect"),
        (
            "operations",
            r"operations?|operating|coo|production|manufacturing|logistics|warehouse|plant|factory|quality|projects?"
            r"|facilit\w{1,3}|maintenance|safety",
        ),
        ("administration", r"admin\w{0,12}|secretary|office|receptionist"),
        (
            "general_management",
            r"ceo|chief executive|managing|general|founder|owner|proprietor|president|chair\w{1,6}|director|partner"
            r"|principal|country|md|gm",
        ),
    )
)
_SAME = {
    "chief executive officer": "ceo",
    "chief financial officer": "cfo",
    "chief operating officer": "coo",
    "chief technology officer": "cto",
    "chief marketing officer": "cmo",
    "vice president": "vp",
    "co-founder": "founder",
    "cofounder": "founder",
    "co founder": "founder",
    "md": "managing director",
    "gm": "general manager",
    "sales head": "head of sales",
    "head, sales": "head of sales",
    "sales director": "director of sales",
}


@once_per_line
def has_titles(text: str) -> bool:
    """True for a text with a word of titles or departments: a quick test."""
    said = set(_WORD.findall(text.lower()))
    words = said | {word.removesuffix("s") for word in said}
    has_known = not (HEADS.isdisjoint(words) and _UNITS.isdisjoint(words))
    return has_known or not text.isascii() or any(map(_OF_A_FIELD.fullmatch, said))


@lru_cache(4_000)
def is_job_title(line: str) -> bool:
    """True for a line that is a job title and nothing else."""
    if not 2 <= len(line) <= _LONGEST or _NO_TITLE.search(line) or line.endswith("."):
        return False
    if not line.isascii() and _CHINESE.fullmatch(line.strip()):
        return True
    if "," in line and not _has_known(line.partition(",")[0]):
        return False  # "Peter Lim, General Partner" is a person
    words = [word.lower() for word in _WORD.findall(line)]
    if (
        not 1 <= len(words) <= _MAX_WORDS
        or not (line[:1].isupper() or line.startswith("stellv"))
        or not any(map(is_head, words))
        or words[-1] in _JOINING
    ):
        return False
    unknown = [word for word in words if not is_known(word)]
    if unknown and all(word in SURNAMES for word in words if is_head(word)):
        return False  # "Sam Carpenter"
    return len(unknown) <= min(_MAX_UNKNOWN, len(words) - 1)


def _has_known(words: str) -> bool:
    return any(map(is_known, _WORD.findall(words.lower())))


def names_company(words: str) -> bool:
    """True for the look of a company's name after a title: "Logistics Director, Halvorsen Energy"."""
    parts = words.split()
    unknown = [it for it in _WORD.findall(words) if not is_known(it.lower()) and it.lower() not in _GENERIC]
    is_named = len(parts) > 1 and "&" not in words and all(it[:1].isupper() for it in parts)
    return is_named and bool(unknown) and _UNITS.isdisjoint(it.lower() for it in parts)


def is_head(word: str) -> bool:
    if "-" in word and word not in HEADS and word.partition("-")[0] in _BEFORE_HEADS:
        word = word.partition("-")[2]  # "vice-principal"
    return word in HEADS or _OF_A_FIELD.fullmatch(word) is not None


def is_known(word: str) -> bool:
    """True for a word of titles."""
    return word in MODIFIERS or is_head(word)


def is_department(words: str) -> bool:
    """True for a department in place of a title: "Operations", "Sales & Marketing", "Calibration lab"."""
    return bool(_DEPARTMENT.fullmatch(words.strip())) or (
        is_field(words) and not _UNITS.isdisjoint(_WORD.findall(words.lower()))
    )


def is_field(words: str) -> bool:
    """True for a part of a company or its business, as in "Head of Sales": no other company's name."""
    return all(it in MODIFIERS or it.removesuffix("s") in MODIFIERS for it in _WORD.findall(words.lower()))


def seniority_of(title: str) -> str:
    """Returns the seniority: owner, c_level, partner, vp, director, head, manager, senior or staff."""
    return next((name for name, pattern in _SENIORITIES if pattern.search(title)), "staff")


def rank_of(seniority: str | None) -> int:
    """Returns the rank of a seniority, 0 the highest."""
    order = ("owner", "c_level", "partner", "vp", "director", "head", "manager", "senior")
    return order.index(seniority) if seniority in order else len(order)


def function_of(title: str) -> str | None:
    """Returns the function that a title names, such as sales or finance; `None` if it names none."""
    if _ASSISTANT.search(title):
        return "administration"
    return next((name for name, pattern in _FUNCTIONS if pattern.search(title)), None)


def fit_of(title: str | None, wanted: Sequence[str]) -> int | None:
    """Returns the rank of the first wanted title that this one contains, in whole words; `None` if it contains none."""
    if not title:
        return None
    words = f" {_spelled(title)} "
    return next((nth for nth, it in enumerate(wanted) if it.strip() and f" {_spelled(it)} " in words), None)


def _spelled(title: str) -> str:
    text = " ".join(title.casefold().replace("&", " and ").split())
    for long, short in _SAME.items():
        text = re.sub(rf"\b{re.escape(long)}\b", short, text)
    return " ".join(re.findall(r"[^\W_]+", text))
