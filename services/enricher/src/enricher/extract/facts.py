"""Facts about a company with their sources, and the rule by which one of several facts wins.

Confidence has one scale: CERTAIN for an unmistakable form, LIKELY for words that mean it, FAIR for words that may mean
something else, HINT for a guess that needs another look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias, get_args

Field: TypeAlias = Literal[
    "summary",
    "products",
    "customers",
    "employees",
    "founded_year",
    "hiring",
    "pricing",
    "technologies",
    "address",
    "uen",
    "linkedin",
    "phone",
    "certifications",
    "markets",
    "news",
]
Method: TypeAlias = Literal["schema.org", "meta", "page", "ai", "vendor"]

FIELDS: Final[tuple[Field, ...]] = get_args(Field)
#: At equal confidence, machine-readable sources beat prose.
METHODS: Final[tuple[Method, ...]] = get_args(Method)
#: Fields with several values, joined by "; ".
LISTS: Final[frozenset[Field]] = frozenset({"products", "customers", "technologies", "certifications", "markets"})

CERTAIN: Final = 0.9
LIKELY: Final = 0.7
FAIR: Final = 0.5
HINT: Final = 0.3
#: A field below this confidence is open: a model is asked for it.
SETTLED: Final = FAIR

_BETWEEN = "; "
_NOT_KEPT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement of the page `source_url`. `quote` holds its words; `found_at` is `None` until it is saved."""

    field: Field
    value: str
    source_url: str
    method: Method
    confidence: float
    quote: str | None = None
    found_at: datetime | None = None


def merge(*sets: Iterable[Fact]) -> dict[Field, Fact]:
    """Chooses the winning fact of each field: by confidence, then METHODS' order, then the newest, then by URL.

    The result does not depend on order or repeats; merging again changes nothing. A blank value never wins.
    """
    winners: dict[Field, Fact] = {}
    for facts in sets:
        for fact in facts:
            known = winners.get(fact.field)
            if fact.value.strip() and (known is None or _rank(fact) < _rank(known)):
                winners[fact.field] = fact
    return {field: winners[field] for field in FIELDS if field in winners}


def best_per_method(facts: Iterable[Fact]) -> list[Fact]:
    """Returns the best fact of each field and method.

    A list field gets the values of all pages, with the surest page's URL.
    """
    found: dict[tuple[Field, Method], list[Fact]] = {}
    for fact in facts:
        found.setdefault((fact.field, fact.method), []).append(fact)
    best = []
    for (field, _), parts in found.items():
        fact = min(parts, key=_rank)
        if field in LISTS:
            fact = replace(
                fact, value=join_values(item for part in [fact, *parts] for item in split_values(part.value))
            )
        best.append(fact)
    return best


def open_fields(facts: Iterable[Fact]) -> tuple[Field, ...]:
    """Returns the fields without a fact of sufficient confidence, in order."""
    known = merge(facts)
    return tuple(field for field in FIELDS if field not in known or known[field].confidence < SETTLED)


def join_values(items: Iterable[str]) -> str:
    """Joins values, without repeats (ignoring case)."""
    found: dict[str, str] = {}
    for item in items:
        text = item.replace(";", ",").strip()
        if text:
            found.setdefault(text.casefold(), text)
    return _BETWEEN.join(found.values())


def split_values(value: str) -> list[str]:
    """Splits the values that `join_values` joined."""
    return [item for item in value.split(_BETWEEN) if item]


def _rank(fact: Fact) -> tuple[float, int, float, str, str, str]:
    """Sorts the winner first. Different facts never tie."""
    age = (_NOT_KEPT_YET - (fact.found_at or _NOT_KEPT_YET)).total_seconds()
    return (-fact.confidence, METHODS.index(fact.method), age, fact.source_url, fact.value, fact.quote or "")
