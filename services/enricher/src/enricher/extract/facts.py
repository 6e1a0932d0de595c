"""One statement about a company, with where it comes from, and which of several wins.

Confidence is on one scale for all: CERTAIN is said in a form that cannot be mistaken, LIKELY by words that mean it,
FAIR where it may mean something else, HINT where somebody should look again.
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
#: Of equal confidence, what was written for machines beats what was read out of prose.
METHODS: Final[tuple[Method, ...]] = get_args(Method)
#: Their values are several, as one text with "; " between.
LISTS: Final[frozenset[Field]] = frozenset({"products", "customers", "technologies", "certifications", "markets"})

CERTAIN: Final = 0.9
LIKELY: Final = 0.7
FAIR: Final = 0.5
HINT: Final = 0.3
#: A field is open, and worth asking a model about, while nobody knows it at least so well.
SETTLED: Final = FAIR

_BETWEEN = "; "
_NOT_KEPT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    """What `source_url` says. `quote` is its own words, `found_at` None for what was found just now."""

    field: Field
    value: str
    source_url: str
    method: Method
    confidence: float
    quote: str | None = None
    found_at: datetime | None = None


def merge(*sets: Iterable[Fact]) -> dict[Field, Fact]:
    """The fact that wins each field: the surest; then by method, in METHODS' order; then the newest; then by URL.

    Order and repeats do not matter, and merging what was merged changes nothing. A blank value is none: it never
    erases a known one.
    """
    winners: dict[Field, Fact] = {}
    for facts in sets:
        for fact in facts:
            known = winners.get(fact.field)
            if fact.value.strip() and (known is None or _rank(fact) < _rank(known)):
                winners[fact.field] = fact
    return {field: winners[field] for field in FIELDS if field in winners}


def best_per_method(facts: Iterable[Fact]) -> list[Fact]:
    """The best fact of each field and method. A list holds what all pages give of it, under the surest page's name."""
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
    """The fields that nobody knows well enough, in their order."""
    known = merge(facts)
    return tuple(field for field in FIELDS if field not in known or known[field].confidence < SETTLED)


def join_values(items: Iterable[str]) -> str:
    """Several values as one, each once, whatever its capitals."""
    found: dict[str, str] = {}
    for item in items:
        text = item.replace(";", ",").strip()
        if text:
            found.setdefault(text.casefold(), text)
    return _BETWEEN.join(found.values())


def split_values(value: str) -> list[str]:
    """The values that `listed` put together."""
    return [item for item in value.split(_BETWEEN) if item]


def _rank(fact: Fact) -> tuple[float, int, float, str, str, str]:
    """Sorts the winner first; different facts never tie."""
    age = (_NOT_KEPT_YET - (fact.found_at or _NOT_KEPT_YET)).total_seconds()
    return (-fact.confidence, METHODS.index(fact.method), age, fact.source_url, fact.value, fact.quote or "")
