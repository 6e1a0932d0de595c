"""Made-up addresses on Singapore's streets: offices, workshops or shops by trade, and a few shared by many."""

from typing import NamedTuple

from simulator.register.industries import INDUSTRIES, Industry
from simulator.register.words import (
    BUILDING_WORDS,
    OFFICE_BUILDINGS,
    OFFICE_STREETS,
    SHOP_BUILDINGS,
    TOWN_STREETS,
    WORKS_BUILDINGS,
    WORKS_STREETS,
)

_SHARED = 60
_WORD = 65_536
_WORKS_DIVISIONS = frozenset({"38", "43", "49", "52", "53", "95"})
_TOWN_DIVISIONS = frozenset({"47", "56", "85", "86", "88", "93", "96"})
_NUMBERS = tuple(f"{number}{'A' if number % 11 == 0 else ''}" for number in range(1, 998))
_UNITS = tuple(f"{number:02d}" for number in range(100))


def _buildings(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{word} {kind}" for word in BUILDING_WORDS for kind in kinds)


_OFFICES, _WORKS, _SHOPS = _buildings(OFFICE_BUILDINGS), _buildings(WORKS_BUILDINGS), _buildings(SHOP_BUILDINGS)


class Address(NamedTuple):
    """The address columns of the register; missing values are `na`."""

    block: str
    street: str
    level: str
    unit: str
    building: str
    postal_code: str


def _of(
    where: int, detail: int, unit: int, streets: tuple[tuple[str, str], ...], buildings: tuple[str, ...]
) -> Address:
    """Builds one building from `where` and `detail`, and one unit in it from `unit`."""
    street, sector = streets[where % len(streets)]
    number = detail % 997
    return Address(
        _NUMBERS[number],
        street,
        _UNITS[1 + unit % 29],
        _UNITS[1 + unit % 83],
        buildings[number % len(buildings)] if detail & 0x3000 else "na",
        f"{sector}{(number * 7 + where) % 10_000:04d}",
    )


def _streets_of(industry: Industry) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    if industry.makes or industry.code[:2] in _WORKS_DIVISIONS:
        return WORKS_STREETS, _WORKS
    if industry.code[:2] in _TOWN_DIVISIONS:
        return TOWN_STREETS, _SHOPS
    return OFFICE_STREETS, _OFFICES


_STREETS = {industry.code: _streets_of(industry) for industry in INDUSTRIES}


def address_of(code: str, year: int, where: int, detail: int, unit: int) -> Address:
    """Builds the address of a company of this trade and year from three draws of 16 bits.

    One in five sits with a corporate service provider. Entries from before 1988 may hold an old 4-digit postal code.
    """
    if where < _WORD // 5:
        house = where % (1 + detail % _SHARED)
        return _of(house * 31, house * 449, unit, OFFICE_STREETS, _OFFICES)
    streets, buildings = _STREETS[code]
    address = _of(where, detail, unit, streets, buildings)
    if year < 1988 and detail & 1:
        return address._replace(postal_code=address.postal_code[:4], level="na", unit="na")
    return address
