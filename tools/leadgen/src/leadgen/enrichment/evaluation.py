"""Compares the enricher's findings on labelled pages with the labels, by field: precision, recall and F1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadgen.enrichment.comparison import folded
from leadgen.enrichment.labels import LabelledPage


@dataclass(frozen=True, slots=True)
class Difference:
    """A page with a field whose values differ from the labels."""

    file: str
    field: str
    missing: list[str]
    wrong: list[str]


@dataclass(slots=True)
class Score:
    """Counts of one field's values over all pages with a label for it."""

    pages: int = 0
    right: int = 0
    found: int = 0
    expected: int = 0

    @property
    def precision(self) -> float | None:
        """The share of found values that are right; `None` if nothing was found."""
        return round(self.right / self.found, 4) if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of the labels' values that were found; `None` if there are none."""
        return round(self.right / self.expected, 4) if self.expected else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; `None` if neither is known."""
        total = self.found + self.expected
        return round(2 * self.right / total, 4) if total else None

    def as_json(self) -> dict[str, float | int | None]:
        counts = {"pages": self.pages, "expected": self.expected, "found": self.found, "right": self.right}
        return {**counts, "precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(slots=True)
class Evaluation:
    """The scores by field, and every difference."""

    pages: int
    scores: dict[str, Score] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


def evaluate(pages: Sequence[LabelledPage], values: Sequence[Mapping[str, Sequence[str]]]) -> Evaluation:
    """Compares the found values of each page with every labelled field."""
    result = Evaluation(len(pages))
    for page, found in zip(pages, values, strict=True):
        for name, right in page.right.items():
            score = result.scores.setdefault(name, Score())
            expected = {folded(name, value): value for value in right}
            got = {folded(name, value): value for value in found.get(name, ())}
            score.pages += 1
            score.expected += len(expected)
            score.found += len(got)
            score.right += len(expected.keys() & got.keys())
            missing = [value for key, value in expected.items() if key not in got]
            wrong = [value for key, value in got.items() if key not in expected]
            if missing or wrong:
                result.differences.append(Difference(page.file.name, name, missing, wrong))
    return result
