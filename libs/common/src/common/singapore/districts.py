"""Singapore's postal districts, found by the first two digits of a postal code, the sector.

The table is the Urban Redevelopment Authority's list of postal districts; sector 74 was never assigned.
"""

from collections.abc import Iterable

_SECTORS = {
    "01": "01 02 03 04 05 06",
    "02": "07 08",
    "03": "14 15 16",
    "04": "09 10",
    "05": "11 12 13",
    "06": "17",
    "07": "18 19",
    "08": "20 21",
    "09": "22 23",
    "10": "24 25 26 27",
    "11": "28 29 30",
    "12": "31 32 33",
    "13": "34 35 36 37",
    "14": "38 39 40 41",
    "15": "42 43 44 45",
    "16": "46 47 48",
    "17": "49 50 81",
    "18": "51 52",
    "19": "53 54 55 82",
    "20": "56 57",
    "21": "58 59",
    "22": "60 61 62 63 64",
    "23": "65 66 67 68",
    "24": "69 70 71",
    "25": "72 73",
    "26": "77 78",
    "27": "75 76",
    "28": "79 80",
}

DISTRICTS: dict[str, str] = {sector: district for district, sectors in _SECTORS.items() for sector in sectors.split()}


def district_of(postal_code: str | None) -> str | None:
    """Returns the district of a postal code, such as "01" for 048616; `None` for an invalid code."""
    code = (postal_code or "").strip()
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    return DISTRICTS.get(code[:2])


def sectors_of(districts: Iterable[str]) -> list[str]:
    """Returns the first two digits of the postal codes in these districts; unknown districts have none."""
    return [sector for district in districts for sector in _SECTORS.get(district, "").split()]
