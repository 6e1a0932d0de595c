"""Removes people who are no contacts at the company today: former staff, pets, people elsewhere."""

import re
from collections.abc import Iterator, Sequence

from enricher.extract.emails import find_emails, is_free
from enricher.extract.own_words import is_own_name
from enricher.extract.persons.animals import is_about_animal, is_animal
from enricher.extract.persons.employers import is_external, is_of_others
from enricher.extract.persons.pairs import Pair
from enricher.extract.persons.past import is_past, is_years
from enricher.pages.documents import Document
from enricher.pages.urls import name_and_suffix

_LONGEST = 200
_BELOW = 4  # lines
_FORM = re.compile(r"\b(?:Pte|Ltd|Limited|LLP|LLC|Inc|GmbH|AG|Sdn)\b")
_FORMED = re.compile(r"((?:[A-Z][\w’'&-]{0,24} ){1,5})(?:Pte|Ltd|Limited|LLP|LLC|Inc|GmbH|AG|Sdn)\b")
_PRESS = re.compile(r"\b(?:press|media|pr)\b", re.IGNORECASE)


def of_today(pairs: Sequence[Pair], lines: Sequence[str], names: frozenset[str], site: str) -> Iterator[Pair]:
    """Yields the pairs of the company's own present people. `names` are the company's, compacted."""
    for nth, pair in enumerate(pairs):
        first, last, name, title = pair
        own = [line for line in lines[first : last + 1] if len(line) <= _LONGEST]
        end = pairs[nth + 1][0] if nth + 1 < len(pairs) else len(lines)
        below = lines[last + 1 : min(end, last + 1 + _BELOW)]
        if not (
            any(map(is_past, own))
            or any(map(is_years, below[:1]))
            or is_animal(title)
            or (" " not in name and any(map(is_about_animal, below[:1])))
            or is_of_others(title, names)
            or any(is_external(line) or _names_another(line, names) for line in own)
            or _is_of_agency(lines[max(0, first - 2) : last + 1], below, site)
        ):
            yield pair


def _names_another(line: str, names: frozenset[str]) -> bool:
    """True for a line with another company's name and its legal form."""
    forms = _FORMED.finditer(line) if _FORM.search(line) else ()
    return any(not is_own_name(found[1], names) for found in forms)


def _is_of_agency(above: Sequence[str], below: Sequence[str], site: str) -> bool:
    """True for a press contact whose address is at another company."""
    if not any(map(_PRESS.search, above)) or "@" not in "".join(below):
        return False
    domains = {it.partition("@")[2] for it in find_emails(Document("", text="\n".join(below)), site)}
    own = _plain(site)
    return bool(domains) and not any(is_free(it) or _plain(it) in own or own in _plain(it) for it in domains)


def _plain(domain: str) -> str:
    return name_and_suffix(domain)[0].replace("-", "")
