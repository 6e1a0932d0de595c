"""Places that a text narrows a search to: planning areas, postal districts and postal sectors of Singapore.

A place that is excluded ("not in Jurong") or abroad ("in Malaysia") narrows nothing: it is reported as ignored.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from common.singapore.districts import DISTRICTS, sectors_of
from industries import vocabulary

_SECTORS = frozenset(DISTRICTS)
_AREAS = vocabulary.areas()


class Place(NamedTuple):
    """A place as the text names it, and its postal sectors: the first two digits of a postal code."""

    name: str
    sectors: tuple[str, ...]


class Places(NamedTuple):
    """The places asked for, the places that cannot be searched by, and the rest of the text."""

    places: tuple[Place, ...]
    ignored: tuple[str, ...]
    rest: str


def _any_of(names: Iterator[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_NEAR = (
    r"(?:(?:based|located|situated|operating|found) )?"
    r"(?:in|near(?:by)?(?: to)?|around|at|within|along|across|close to|next to|from|by|outside|off)"
)
_NOT = r"(?:not|except(?: for| those)?|excluding|outside|but not|other than|without|no)"
_STATION = r"(?: (?:mrt|lrt)(?: station)?| station| area| estate| district| town| region)?"
_SURE = _any_of(name for name, area in _AREAS.items() if not area.is_doubtful)
_DOUBTFUL = _any_of(name for name, area in _AREAS.items() if area.is_doubtful)
_LINK = r"\s*(?:,|/|&|and|or|\s)\s*"
_NUMBERS = rf"\d{{1,2}}(?:{_LINK}\d{{1,2}})*"
_PATTERN = re.compile(
    rf"(?P<not>\b{_NOT} )?(?:\b(?P<near>{_NEAR}) )?(?:the )?"
    rf"(?:\b(?P<area>{_SURE})\b{_STATION}"
    rf"|\b(?P<doubtful>{_DOUBTFUL})\b{_STATION}"
    rf"|\b(?:postal )?districts? (?P<district>{_NUMBERS})\b"
    rf"|\bd(?P<short>0[1-9]|1\d|2[0-8])\b"
    rf"|\bpostal (?:sectors?|codes?)(?: starting with)? (?P<sector>\d{{2}}(?:{_LINK}\d{{2}})*)\b"
    rf"|(?:\bpostal codes? |\bs\(|\bsingapore \(?|(?<=near )|(?<=around ))(?P<code>\d{{6}})\b\)?)"
)
_ABROAD = re.compile(
    r"\b(?:in|based in|located in|across) (?:malaysia|johor(?: bahru)?|jb|kuala lumpur|kl|penang|indonesia|jakarta"
    r"|batam"
    r"|bintan|thailand|bangkok|vietnam|hanoi|saigon|ho chi minh(?: city)?|philippines|manila|china|shanghai|beijing"
    r"|shenzhen|hong kong|hongkong|taiwan|taipei|japan|tokyo|korea|seoul|india|mumbai|delhi|chennai|australia"
    r"|sydney|melbourne|london|uk|united kingdom|europe|germany|france|usa|united states|america|new york|dubai"
    r"|uae|myanmar|cambodia|sri lanka|bangladesh|brunei)\b"
)


def find_places(text: str) -> Places:
    """Finds the places in a text in lower case."""
    places: dict[str, Place] = {}
    ignored: list[str] = []
    rest: list[str] = []
    end = 0
    for found in _PATTERN.finditer(text):
        place = _place(found)
        if place is None or (found["doubtful"] and not found["near"]):
            continue
        whole = " ".join(found[0].split())
        if found["not"] or (found["near"] or "").startswith("outside"):
            ignored.append(whole)
        else:
            places[place.name] = place
        rest += [text[end : found.start()], " "]
        end = found.end()
    left = "".join(rest) + text[end:]
    ignored += (found[0] for found in _ABROAD.finditer(left))
    return Places(tuple(places.values()), tuple(ignored), _ABROAD.sub(" ", left))


def _place(found: re.Match[str]) -> Place | None:
    if name := found["area"] or found["doubtful"]:
        shown = name.upper() if len(name) <= 3 else name.title().replace("'S", "'s")
        return Place(shown, _AREAS[name].sectors)
    if numbers := found["district"] or found["short"]:
        districts = [number.zfill(2) for number in re.findall(r"\d+", numbers)]
        sectors = sectors_of(districts)
        return Place(f"District {', '.join(districts)}", tuple(sectors)) if sectors else None
    sectors = [found["code"][:2]] if found["code"] else re.findall(r"\d\d", found["sector"] or "")
    known = tuple(sector for sector in sectors if sector in _SECTORS)
    return Place(f"Postal sector {', '.join(known)}", known) if known else None
