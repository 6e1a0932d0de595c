"""Finds the certificates that a company names, from a closed list of common ones."""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.facts import LIKELY, Fact, join_values
from enricher.extract.profile.figures import quote_around
from enricher.pages.documents import Document, clean

_KNOWN = re.compile(
    r"\b(?:ISO(?:/IEC)?[ -]?"
    r"(?:9001|13485|14001|17025|20000|22000|22301|27001|27701|37001|41001|45001|50001)(?::20\d\d)?"
    r"|IATF[ -]?16949|AS[ -]?9100[A-D]?|bizSAFE(?: (?:Level [1-5]|STAR|Partner|Mentor))?|HACCP|GMP|SOC 2|PCI[ -]DSS"
    r"|(?:MUIS )?Halal[ -]certified|Halal certification|BCA Green Mark|Data Protection Trustmark"
    r"|Cyber (?:Essentials|Trust)"
    r"|B Corp|FSC[ -]certified|SAC-SINGLAS|OHSAS 18001)(?!\w)",
    re.IGNORECASE,
)
#: Words of which each certificate's name has one: most pages have none.
_WORDS = (
    *("iso", "iatf", "9100", "bizsafe", "haccp", "gmp", "soc 2", "pci", "halal", "green mark", "trustmark", "cyber "),
    *("b corp", "fsc", "singlas", "ohsas"),
)
_MOST = 20
_BEFORE = 60
#: A denial in the same sentence, before the certificate.
_DENIED = re.compile(r"\b(?:not|never|no longer|without|neither|nor|lacks?|lost|n't)\b[^.!?\n]{0,50}\Z", re.IGNORECASE)


def certification_facts(page: Document) -> Iterator[Fact]:
    """Lists a page's certificates as one fact, with the first one's quote."""
    lower = page.text.lower()
    if not any(word in lower for word in _WORDS):
        return
    found = islice(_KNOWN.finditer(page.text), _MOST)
    matches = [
        match for match in found if not _DENIED.search(page.text, max(0, match.start() - _BEFORE), match.start())
    ]
    if matches:
        names = join_values(clean(match[0], 40) for match in matches)
        yield Fact("certifications", names, page.url, "page", LIKELY, quote_around(page.text, matches[0]))
