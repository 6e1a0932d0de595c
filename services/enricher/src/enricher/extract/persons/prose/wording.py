"""Patterns of names and titles in running text, as strings for larger patterns."""

import re

UPPER, _LETTERS = "A-ZÀ-ÞĀ-Ž", "A-Za-zÀ-ÿĀ-ž"
WORD = rf"[{UPPER}][{_LETTERS}’'-]{{1,20}}"
_LINK = r"binte|binti|bin|bte|s/o|d/o|a/l|a/p|van|von|der|de|d’"
NAME = rf"(?:{WORD}|[{UPPER}]\.)(?: (?:{_LINK}|{WORD}|[{UPPER}]\.)){{1,4}}"
ADDRESSED = (
    r"(?:Mr|Mrs|Ms|Mdm|Miss|Madam|Dr|Prof|Professor|Er|Ir|Ar|En|Encik|Pn|Puan|Cik|Herr|Frau|Chef|Coach|Sr|Rev|Capt"
    r"|Captain|Dato[’']|Datuk|(?:SSgt|Sgt|DSP|ASP|Insp|Supt|Lt|Maj|Col|Cpt)(?: \(Ret(?:d|ired)?\))?|Hajah|Haji)\.? "
)
PERSON = (
    rf"(?<![\w.])(?:{ADDRESSED}{{1,2}}{WORD}(?: (?:binte|binti|bin|bte|s/o|d/o|a/l|a/p|de|{WORD})\b){{0,4}}|{NAME})"
)
REST_OF_TITLE = r"[\w&/’'-]{1,20}(?: (?:(?:of|and|&|for|the|de|to) )?[A-Za-z][\w&/’'-]{1,20}){0,4}"
TITLE = rf"[A-Za-z]{REST_OF_TITLE}"
#: A sentence that speaks of somebody outside.
OUTSIDE = re.compile(
    r"\b(?:clients?|customers?|patients?|tenants?|judge|minister|guest|author|journalist|reporter|principal of"
    r"|partner at"
    r"|said|says|according to|representing|acted for|counsel for|of the \w+ (?:council|society|association))\b|[“\"‘]",
    re.IGNORECASE,
)
#: "our teak mill partner" is a company, and so are these.
OF_PARTNERS = re.compile(
    r"(?<!managing )(?<!senior )(?<!founding )(?<!equity )(?<!talent )(?<!business )(?<!people )(?<!law )\bpartner$"
    r"|\b(?:agent|distributor|supplier)$"
    r"|^(?:external |appointed )?(?:auditor|lawyer|solicitor|accountant|broker|photographer|web designer|printer"
    r"|banker|insurer)$|\b(?:author|novelist|columnist|journalist|blogger)\b",
    re.IGNORECASE,
)
#: An advertisement for a job has few of them: "Sales Executive Jurong East (full-time)".
SMALL_WORDS = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
FEWEST_WORDS = 3
#: Between a name and its title.
_LINK_WORDS = """
    , ( is was as who has been became becomes our the its their a an new first now today currently also and serves acts
    works joined joins appointed named elected promoted to company's firm's one remains
"""
LINKS = frozenset(_LINK_WORDS.split())
#: Those of whom a sentence speaks that are outside.
_STRANGER_WORDS = """
    client clients customer customers patient patients tenant tenants judge minister mayor mp senator guest author
    journalist reporter representing investor investors donor donors supplier partner's
"""
STRANGERS = frozenset(_STRANGER_WORDS.split())
