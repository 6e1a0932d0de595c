"""Proof of ownership: evidence on pages that they are the company's own. A matching domain alone proves nothing.

Each kind of evidence counts once; its weight is the chance that it is right by itself. The confidence is the chance
that not all evidence is wrong: 1 - (1 - w1) * (1 - w2) * …

    UEN                                                  0.80   no two companies have the same one
    a telephone number known to be theirs                0.50
    registered address: postal code                      0.50   a whole building's
                        or block and street              0.40
    name with its legal form                             0.60   the register has it once, other countries' may too
         without it                                      0.40
         a single word                                   0.20
         the greater part of a long one                  0.40 of that part
    the domain's likeness to the name                    0.30 of the likeness, only beside other evidence

A page that lists many companies, a profile under another domain, and a page with only another company's UEN prove
nothing, whatever they show: their confidence stays below the accepted one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from common.contracts import Company
from enricher.extract.phones import find_phones
from enricher.extract.registrations import find_uens
from enricher.pages.directories import is_directory
from enricher.pages.documents import Document
from enricher.pages.urls import host_of, path_of
from enricher.sites.company_names import Name, distinctive_words, other_names, words

#: The UEN alone reaches it, or two strong kinds together (name and address, name with form and a similar domain). No
#: other single kind does, nor a similar domain with the bare name: a namesake would have those, too.
ACCEPTED = 0.7
#: The highest confidence of pages with contradictions.
DOUBTED = 0.3

_UEN, _PHONE, _POSTAL, _STREET = 0.8, 0.5, 0.5, 0.4
_LEGAL_NAME, _NAME, _WEAK_NAME, _PART = 0.6, 0.4, 0.2, 0.4
_DOMAIN = 0.3
_LIKE = 0.5  # below, a domain is somebody else's

_LONGEST = 100_000  # characters of a page that are looked at
_MOST_NUMBERS = 2  # a group names a company or two besides; a directory names more
_MOST_NAMES = 8
_SIX_DIGITS = re.compile(r"(?<![\d.,])\d{6}(?![\d.,]\d|\d)")
_STREETS = {"road": "rd", "street": "st", "avenue": "ave", "drive": "dr", "crescent": "cres", "lane": "ln"}
_STREETS |= {"boulevard": "blvd", "close": "cl", "place": "pl", "north": "nth", "jalan": "jln", "bukit": "bt"}


@dataclass(frozen=True, slots=True)
class Proof:
    """The confidence that pages are the company's own, with the evidence for and against it."""

    confidence: float
    evidence: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """True if the site may be used; otherwise it is recorded as a guess."""
        return self.confidence >= ACCEPTED


def prove(company: Company, document: Document, *, phones: Sequence[str] = ()) -> Proof:
    """Judges one page. `phones` are numbers known to be the company's, in E.164."""
    return prove_site(company, [document], phones=phones)


def prove_site(company: Company, documents: Sequence[Document], *, phones: Sequence[str] = ()) -> Proof:
    """Judges several pages of one site together: one may show the name, another the address."""
    if not documents:
        return Proof(0.0, ())
    name = Name.of(company.name)
    likeness = name.likeness(host_of(documents[0].url))
    found: dict[str, tuple[float, str]] = {}
    doubts: dict[str, None] = {}
    numbers: set[str] = set()
    for document in documents:
        page = _Page.of(document)
        for kind, weight, words_ in _evidence(company, name, page, phones):
            found[kind] = max(found.get(kind, (0.0, "")), (weight, words_))
        doubts |= dict.fromkeys(_contradictions(company, name, page, likeness))
        numbers |= page.uens
    if numbers and company.uen.upper() not in numbers and "uen" not in found:
        doubts["shows another company's UEN"] = None
    if found and likeness >= _LIKE:
        found["domain"] = (_DOMAIN * likeness, f"domain is like the name ({likeness:.2f})")
    wrong = 1.0
    for weight, _ in found.values():
        wrong *= 1 - weight
    confidence = round(1 - wrong, 4)
    evidence = tuple(words_ for _, words_ in sorted(found.values(), reverse=True))
    return Proof(min(confidence, DOUBTED) if doubts else confidence, (*evidence, *doubts))


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, prepared for the search for evidence."""

    document: Document
    text: str
    telling: list[str]
    uens: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> "_Page":
        text = "\n".join((document.title, document.description, document.text, *document.data))[:_LONGEST]
        return cls(document, text, distinctive_words(text), frozenset(find_uens(text)))


def _evidence(company: Company, name: Name, page: _Page, phones: Sequence[str]) -> list[tuple[str, float, str]]:
    """Returns the evidence of one page: kind, weight and words."""
    shown: list[tuple[str, float, str]] = []
    if company.uen.upper() in page.uens or _shows_uen(company.uen, page.text):
        shown.append(("uen", _UEN, "UEN"))
    is_named, has_form = name.found_in(page.telling)
    if has_form:
        shown.append(("name", _LEGAL_NAME, "legal name"))
    elif is_named:
        shown.append(("name", _WEAK_NAME, "name (one word)") if name.is_weak else ("name", _NAME, "name"))
    elif part := name.part_in(page.telling):
        shown.append(("name", _PART * part, "most of the name"))
    if _shows_postal_code(company.postal_code, page.text):
        shown.append(("address", _POSTAL, "postal code"))
    elif _shows_street(company.address, page.telling):
        shown.append(("address", _STREET, "street"))
    if phones and not set(phones).isdisjoint(find_phones(page.document)):
        shown.append(("phone", _PHONE, "telephone number"))
    return shown


def _contradictions(company: Company, name: Name, page: _Page, likeness: float) -> list[str]:
    """Returns the contradictions of one page."""
    doubts = []
    host = host_of(page.document.url)
    if is_directory(host):
        doubts.append(f"{host} is a directory")
    others = len(page.uens - {company.uen.upper()})
    if others > _MOST_NUMBERS:
        doubts.append(f"lists the UEN of {others} other companies")
    names = other_names(page.telling, name)
    if names > _MOST_NAMES:
        doubts.append(f"names {names} other companies")
    path = unquote(path_of(page.document.url))
    is_named, has_form = name.found_in(distinctive_words(path))
    is_profile = company.uen.casefold() in words(path) or has_form or (is_named and not name.is_weak)
    if is_profile and likeness < _LIKE:
        doubts.append("a profile on somebody else's site")
    return doubts


def _shows_uen(uen: str, text: str) -> bool:
    """True if the text shows the UEN, also with blanks or hyphens in it."""
    if not uen or uen.casefold() not in text.replace(" ", "").replace("-", "").casefold():
        return False
    spaced = r"[ \-]?".join(map(re.escape, uen))
    return re.search(rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None


def _shows_postal_code(code: str | None, text: str) -> bool:
    """True if the text shows the postal code of six digits; shorter old codes could be anything."""
    return bool(code and len(code) == 6 and code in _SIX_DIGITS.findall(text))


def _shows_street(address: str | None, page: Sequence[str]) -> bool:
    """True if the page shows the block's number and street: the first three words of the address."""
    start = [_STREETS.get(word, word) for word in distinctive_words(address or "")[:3]]
    if len(start) < 3 or not start[0][:1].isdigit():
        return False
    return f" {' '.join(start)} " in f" {' '.join(_STREETS.get(word, word) for word in page)} "
