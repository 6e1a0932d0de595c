"""The hierarchy of schema.org's types, from the published vocabulary.

`schema_org_types.csv` holds every type of release 30.1 (https://schema.org/docs/developers.html, CC BY-SA 3.0) with its
parents. To renew it, write the columns `id` and `subTypeOf` of a release's types.csv.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(1)
def _parents() -> dict[str, tuple[str, ...]]:
    text = files("enricher.pages.schema_org").joinpath("schema_org_types.csv").read_text("utf-8")
    return {name: tuple(parents.split()) for name, parents in list(csv.reader(text.splitlines()))[1:]}


@lru_cache(2_000)
def lineage(name: str) -> frozenset[str]:
    """Returns a type with all types above it; nothing for an unknown type."""
    parents = _parents().get(name)
    if parents is None:
        return frozenset()
    return frozenset({name}).union(*map(lineage, parents))


def types_of(value: Any) -> list[str]:
    """Returns the bare names in an @type: "Person" for "https://schema.org/Person"."""
    names = value if isinstance(value, list) else [value]
    return [name.rstrip("/").rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]
