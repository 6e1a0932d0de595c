"""Finds our columns in a file's header by name, in every known vintage of the register.

Met so far: 53 columns (since about 2023), 94 (before; other order), Title Case ("Primary SSIC Code"), names cut to 16
characters by a database ("entity_status_de"), `_id` in front from the datastore API.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from leadgen.load.errors import NotARegister

#: The columns of `staging_acra_companies` that a file can fill, in the order of the register (which settles what
#: equally cut names mean). `website` is ours.
COLUMNS: tuple[str, ...] = (
    "uen",
    "issuance_agency_id",
    "entity_name",
    "entity_type_description",
    "business_constitution_description",
    "company_type_description",
    "paf_constitution_description",
    "entity_status_description",
    "registration_incorporation_date",
    "uen_issue_date",
    "address_type",
    "block",
    "street_name",
    "level_no",
    "unit_no",
    "building_name",
    "postal_code",
    "other_address_line1",
    "other_address_line2",
    "account_due_date",
    "annual_return_date",
    "no_of_charges",
    "primary_ssic_code",
    "primary_ssic_description",
    "primary_user_described_activity",
    "secondary_ssic_code",
    "secondary_ssic_description",
    "secondary_user_described_activity",
    "no_of_officers",
    *(f"former_entity_name{n}" for n in range(1, 16)),
    *(f"paid_up_capital{n}_{part}" for n in range(1, 11) for part in ("currency", "ordinary", "preference", "others")),
    *(f"{part}_of_audit_firm{n}" for n in range(1, 6) for part in ("uen", "name")),
    "website",
)
REQUIRED = ("uen", "entity_name", "primary_ssic_code")
#: Part of an index, so their length is bounded (see rows.py).
INDEXED = ("uen", "primary_ssic_code", "secondary_ssic_code", "registration_incorporation_date")

ALIASES = {
    "website_domain": "website",
    "website_url": "website",
    "url": "website",
    "uen_no": "uen",
    "uen_number": "uen",
    "company_name": "entity_name",
    "entity_status": "entity_status_description",
    "incorporation_date": "registration_incorporation_date",
    "registration_date": "registration_incorporation_date",
    "date_of_incorporation": "registration_incorporation_date",
    "ssic_code": "primary_ssic_code",
    "primary_ssic": "primary_ssic_code",
    "postcode": "postal_code",
}
CUT_AT = 16
#: First bytes of files that are no CSV.
OTHER_KINDS = (
    (b"<", "a web page (HTML or XML)"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"%PDF", "a PDF"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a SQLite database"),
)
WIDEST = 500

GET_COLLECTION_2 = (
    'Get "ACRA Information on Corporate Entities" (27 files, A to Z and Others) from data.gov.sg: '
    "it has the industry codes."
)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one file: for each position the name of our column, or `None` if it is ignored."""

    columns: tuple[str | None, ...]
    ignored: tuple[str, ...]
    #: The names in the file, normalised, to know the line when it comes again.
    names: tuple[str, ...] = ()
    #: Lines before it: a title, an empty line.
    lines_above: int = 0
    #: The file's dates have the month first, as in 12/31/2024.
    is_month_first: bool = False

    @property
    def width(self) -> int:
        """The number of fields in each row."""
        return len(self.columns)

    @property
    def needed(self) -> int:
        """The number of fields up to the last required one."""
        if any(column not in self.columns for column in REQUIRED):
            return self.width
        return 1 + max(self.columns.index(column) for column in REQUIRED)

    @property
    def taken(self) -> tuple[str, ...]:
        """Our columns that the file fills, in our order, so that files with another order are equal."""
        return tuple(column for column in COLUMNS if column in self.columns)

    def position(self, column: str) -> int | None:
        """Returns the column's position; `None` if the file has no such column."""
        return self.columns.index(column) if column in self.columns else None


def fields_of(line: str) -> list[str]:
    """Returns the fields of one line; none if it is no line of a CSV."""
    try:
        (names,) = csv.reader([line.lstrip("\ufeff")], strict=True)
    except (csv.Error, ValueError):
        return []
    return names


def is_header(names: Sequence[str]) -> bool:
    """Returns whether these column names include companies' keys and names."""
    columns: list[str | None] = []
    if len(names) <= WIDEST:
        for name in names:
            columns.append(_column_named(normalised(name), columns))
    return {"uen", "entity_name"} <= set(columns)


def read_header(line: str, file: str) -> Header:
    """Finds our columns in a file's header. Raises NotARegister, with advice, if a required one is missing."""
    names = fields_of(line)
    if kind := _other_kind(line):
        raise NotARegister(f"{file}: is {kind}, so its first line is not the register's header. {GET_COLLECTION_2}")
    if not 0 < len(names) <= WIDEST:
        raise NotARegister(f"{file}: its first line is not the header of a CSV: {_shown(line)}. {GET_COLLECTION_2}")
    columns: list[str | None] = []
    ignored: list[str] = []
    for number, name in enumerate(names, start=1):
        column = _column_named(normalised(name), columns)
        columns.append(column)
        if column is None and normalised(name) != "id":
            ignored.append(name.strip() or f"(column {number}, without a name)")
    if missing := [column for column in REQUIRED if column not in columns]:
        raise NotARegister(f"{file}: {_what_is_wrong(names, missing, line)}")
    return Header(tuple(columns), tuple(ignored), tuple(map(normalised, names)))


def normalised(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


_CUT = {column: normalised(column[:CUT_AT]) for column in COLUMNS}


def _column_named(name: str, taken: list[str | None]) -> str | None:
    """Finds our column: a full name exactly, a truncated one as the first match that is not used yet."""
    name = ALIASES.get(name, name)
    candidates = [name] if name in _CUT else [column for column, cut in _CUT.items() if cut == name]
    return next((column for column in candidates if column not in taken), None)


def _other_kind(line: str) -> str | None:
    """Returns the kind of a file that is no text table, by its first bytes."""
    start = line.lstrip("\ufeff \t").encode("utf-8", "surrogateescape")
    return next((kind for magic, kind in OTHER_KINDS if start.startswith(magic)), None)


def _what_is_wrong(names: list[str], missing: list[str], line: str) -> str:
    for mark, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "pipes")):
        if line.count(mark) > max(1, len(names)):
            return f"its columns are separated by {called}. Save it with commas, as UTF-8."
    if missing == ["primary_ssic_code"]:
        return f"it has companies but no primary_ssic_code, so they belong to no industry. {GET_COLLECTION_2}"
    if len(missing) < len(REQUIRED):
        return f"its header lacks {' and '.join(missing)}. The columns it has: {_shown(', '.join(names))}."
    shown = _shown(line) if line.replace("\t", " ").isprintable() else "it is not text"
    return f"its first line is not the register's header: {shown}. {GET_COLLECTION_2}"


def _shown(text: str) -> str:
    """Shortens a text, and makes it safe to print whatever its bytes are."""
    return repr(text if len(text) <= 80 else text[:80] + "…").encode("ascii", "backslashreplace").decode("ascii")
