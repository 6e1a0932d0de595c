"""Finds the organisation that a title belongs to: "CEO, Omega Foods", "Data Scientist at Acme"."""

import re

from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import compacted
from enricher.extract.persons.titles import is_field, is_job_title, names_company, seniority_of

_EXECUTIVE = frozenset({"owner", "c_level"})
#: "Director of Installation" is at this company.
_ACTIVITY = re.compile(r"[A-Z][a-z]+(?:tion|sion|ment|ing|ance|ence|ity|ship|ogy|ics|ture|sis|ery)")
#: "Head of Music" is at this company, whatever is behind it.
_OF_OTHERS = re.compile(r"(?:\bat|(?<![Hh]ead )\bof|\bfrom|@)\s{1,3}(?:the\s)?([A-ZÀ-Þ][^,;|]{0,60})")
#: "Chair of the Board", "Chief of Staff": a part of this company.
_HERE = re.compile(
    r"(?:Trust|Company|Firm|Group|School|Society|Association|Clinic|Hospital|Practice|Board|Trustees|Directors"
    r"|Governors|Council|Committee|Staff|House|Team)\b"
)
#: "CEO, Acme", "CEO at Acme", "CEO of Acme", "CEO | Acme".
_OWN_BEHIND = re.compile(r"(?P<title>.{2,80}?)(?:,| at| of| @| \||,? [–—-]) (?:the )?(?P<where>[^,|]{3,60})")
_FORM = re.compile(r"[ ,]*\b(?:Pte|Ltd|Limited|LLP|LLC|Inc|GmbH|Sdn|Bhd)\b.*$", re.IGNORECASE)
_SHORTEST = 3
_REGION = re.compile(r"(?:the )?(?:Americas|EMEA|ASEAN|APJ|MENA|GCC|Europe|Africa|Nordics|Benelux|DACH|Oceania)")
_EXTERNAL = re.compile(r"[(,] ?extern(?:al|er?)?\b", re.IGNORECASE)


def is_of_others(title: str, names: frozenset[str]) -> bool:
    """True for a title at another company: "Director of Omega Foods"; "Head of Sales" is at this one."""
    last = title.rpartition(", ")[2]
    if last != title and names_company(last) and not is_own_employer(last, names):
        return True
    if (
        last != title
        and seniority_of(title) in _EXECUTIVE
        and not is_job_title(last)
        and not is_field(last)
        and not _REGION.fullmatch(last)
        and not is_own_employer(last, names)
    ):
        return True  # "CEO, Warung Digital"
    found = _OF_OTHERS.search(title)
    return (
        found is not None
        and not is_field(found[1])
        and not _HERE.fullmatch(found[1])
        and not _ACTIVITY.fullmatch(found[1])
        and not is_own_employer(found[1], names)
    )


def is_external(line: str) -> bool:
    """True for an officer whom another company provides: "Data protection officer: Mei Tan (external, Omega)"."""
    return _EXTERNAL.search(line) is not None


def is_here(title: str, names: frozenset[str]) -> bool:
    """True for a title at this company: "Data Scientist at Acme", "CEO, Acme"."""
    found = _OF_OTHERS.search(title)
    if found is not None and is_own_employer(found[1], names):
        return True
    head, _, last = title.rpartition(", ")
    return bool(head) and is_own(last, names)


def without_own_name(title: str, names: frozenset[str]) -> str:
    """Returns a title without the name of this company: "CEO" of "CEO, Acme" and of "CEO at Acme"."""
    found = _OWN_BEHIND.fullmatch(title)
    return found["title"] if found and is_own(found["where"], names) else title


def is_at_home(title: str) -> bool:
    """True for a title without a name after it, except a place or a field: "Plant Manager, Johor"."""
    last = title.rpartition(", ")[2]
    return last == title or is_place(last) or is_field(last) or _ACTIVITY.fullmatch(last) is not None


def is_own_employer(employer: str, names: frozenset[str]) -> bool:
    compact = compacted(employer)
    return any(name in compact or compact in name for name in names)


def is_own(organisation: str, names: frozenset[str]) -> bool:
    """True for a name of this company alone, whatever its legal form: "Acme Pte Ltd"; not for "Acme Towers"."""
    compact = compacted(_FORM.sub("", organisation))
    return len(compact) >= _SHORTEST and any(it == compact or it == compacted(organisation) for it in names)
