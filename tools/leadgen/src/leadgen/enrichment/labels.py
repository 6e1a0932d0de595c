"""The labels of a folder of pages: `labels.json`, a list with one entry per page.

    [{"file": "acme.html", "url": "https://acme.com.sg/", "charset": "utf-8",
      "right": {"emails": ["sales@acme.com.sg"], "phones": ["+6561234567"], "founded_year": "1987", "people": []}}]

`file` is beside `labels.json`, `url` is where the page was; `charset` (of the Content-Type header) may be left out. A
field that is left out is not judged on that page; an empty list or `null` says that the page has no value for it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import Permanent

NAME: Final = "labels.json"
#: People are "Name | Title", a careers page is "yes". News is no field: it depends on the day.
FIELDS: Final = frozenset(
    [
        *("emails", "phones", "people", "careers", "title", "summary", "products", "customers", "employees"),
        *(
            "founded_year",
            "hiring",
            "pricing",
            "technologies",
            "address",
            "uen",
            "linkedin",
            "certifications",
            "markets",
        ),
    ]
)


class NotLabels(Permanent):
    """The folder has no labels in the documented format."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://\S+$")
    charset: str | None = None
    right: dict[str, list[str] | str | bool | None]


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page and its right values by field."""

    file: Path
    url: str
    charset: str | None
    right: dict[str, list[str]]


def read_labels(folder: Path) -> list[LabelledPage]:
    """Reads a folder's labels. Raises NotLabels with what to do about it."""
    place = folder / NAME
    try:
        entries: Any = json.loads(place.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise NotLabels(f"{place} does not exist: write one, as `leadgen enrichment eval --help` says") from error
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise NotLabels(f"{place} cannot be read as JSON: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise NotLabels(f"{place} must hold a list with one entry per page")
    return [_page(folder, place, nth, entry) for nth, entry in enumerate(entries, 1)]


def _page(folder: Path, place: Path, nth: int, said: Any) -> LabelledPage:
    try:
        entry = _Entry.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][:2])) or "entry"
        raise NotLabels(f"{place}, entry {nth}: {where}: {first['msg']}") from error
    if unknown := sorted(set(entry.right) - FIELDS):
        raise NotLabels(f"{place}, entry {nth}: no field {unknown[0]!r}; the fields are {', '.join(sorted(FIELDS))}")
    file = folder / entry.file
    if file.resolve().parent != folder.resolve() or not file.is_file():
        raise NotLabels(f"{place}, entry {nth}: there is no file {entry.file!r} beside it")
    return LabelledPage(file, entry.url, entry.charset, {name: _values(value) for name, value in entry.right.items()})


def _values(value: list[str] | str | bool | None) -> list[str]:
    if isinstance(value, bool):
        return ["yes"] if value else []
    return value if isinstance(value, list) else [value] if value else []
