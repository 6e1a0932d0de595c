"""From an entry of the register to a company: every field in the one form that the rest of the product relies on.

Pure and total: any text gives a company, what cannot be understood becomes None, and normalising what is normal
already changes nothing.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from common.contracts import Company

#: The id of a company that is shown without having been written.
UNSAVED = 0

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_POSTAL_CODE = re.compile(r"\d{2,6}", re.ASCII)
_INDUSTRY_CODE = re.compile(r"\d{4,5}", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.ASCII)
_WWW = re.compile(r"(?:www\.)+(?=[^.]+\.)")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}", re.ASCII)
_LONGEST_HOST = 253

#: How the register's status texts begin, in lower case, and what that means for a seller.
_STATUSES = {
    "live": "live",
    "gazetted to be struck off": "closing",
    "cancellation in progress": "closing",
    "in liquidation": "closing",
    "struck off": "gone",
    "terminated": "gone",
    "cancelled": "gone",
    "ceased registration": "gone",
    "dissolved": "gone",
    "amalgamated": "gone",
    "converted to": "gone",
    "registration expired": "gone",
}


class RegisterEntry(NamedTuple):
    """What is read of an entry, under ACRA's column names, and the website that a file may add. None is ACRA's `na`."""

    uen: str
    entity_name: str | None = None
    entity_type_description: str | None = None
    entity_status_description: str | None = None
    registration_incorporation_date: str | None = None
    block: str | None = None
    street_name: str | None = None
    level_no: str | None = None
    unit_no: str | None = None
    building_name: str | None = None
    postal_code: str | None = None
    other_address_line1: str | None = None
    other_address_line2: str | None = None
    primary_ssic_code: str | None = None
    secondary_ssic_code: str | None = None
    website: str | None = None


def normalise(entry: RegisterEntry, titles: Mapping[str, str]) -> Company:
    """The company that `entry` describes, not yet saved. `titles` gives the SSIC title of a five-digit code.

    The industry is named by the code list, never by the register's description columns: they hold anybody's words.
    """
    code = industry_code(entry.primary_ssic_code)
    return Company(
        company_id=UNSAVED,
        uen=entry.uen,
        name=one_line(entry.entity_name) or entry.uen,
        entity_type=one_line(entry.entity_type_description),
        status=status(entry.entity_status_description),
        incorporated_on=incorporated_on(entry.registration_incorporation_date),
        industry_code=code,
        industry_norm=industry_norm(titles.get(code)) if code else None,
        secondary_industry_code=industry_code(entry.secondary_ssic_code),
        address=address(entry),
        postal_code=postal_code(entry.postal_code),
        website_domain=website_domain(entry.website),
    )


def one_line(text: str | None) -> str | None:
    """Trimmed, with single spaces; None when nothing is left."""
    return " ".join((text or "").split()) or None


def status(description: str | None) -> str | None:
    """'live', 'closing' or 'gone'; None for a text that the register did not use when this was written."""
    words = " ".join((description or "").casefold().split())
    return next((meaning for beginning, meaning in _STATUSES.items() if words.startswith(beginning)), None)


def incorporated_on(text: str | None) -> date | None:
    """The day of a YYYY-MM-DD."""
    if not _DATE.fullmatch(day := (text or "").strip()):
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def industry_code(text: str | None) -> str | None:
    """Five digits: a loader that read numbers has lost the leading zero of 01111."""
    code = (text or "").strip()
    return code.zfill(5) if _INDUSTRY_CODE.fullmatch(code) else None


def industry_norm(title: str | None) -> str | None:
    """The title in lower case, with single spaces."""
    line = one_line(title)
    return line.lower() if line else None


def postal_code(text: str | None) -> str | None:
    """Six digits, the lost leading zero put back; the two to four digits of the codes before 1995 as they are."""
    code = (text or "").strip()
    if not _POSTAL_CODE.fullmatch(code):
        return None
    return code.zfill(6) if len(code) == 5 else code


def address(entry: RegisterEntry) -> str | None:
    """The address in one line, without the postal code: `10 ANSON ROAD, #10-01, INTERNATIONAL PLAZA`."""
    street = one_line(f"{entry.block or ''} {entry.street_name or ''}")
    level, unit = one_line(entry.level_no), one_line(entry.unit_no)
    floor = f"#{level}-{unit}" if level and unit else None
    lines = [street, floor, entry.building_name, entry.other_address_line1, entry.other_address_line2]
    return ", ".join(line for line in map(one_line, lines) if line) or None


def website_domain(text: str | None) -> str | None:
    """The host name of a website in the form that DNS knows: lower case, IDNA, without `www.`.

    None for what names no website: an e-mail address, a bare word, an IP address.
    """
    location = _SCHEME.sub("", (text or "").strip().lower(), count=1)
    authority = re.split(r"[/?#\\]", location, maxsplit=1)[0]
    if "@" in authority:
        return None
    host = authority.partition(":")[0].rstrip(".")
    if len(host) > _LONGEST_HOST:
        return None
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    host = _WWW.sub("", host, count=1) if host.startswith("www.") else host
    return host if len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) else None
