"""`leadgen resolve-eval`: how well words are turned into industry codes, and how fast, by a file of judged terms.

A term is right when its answer holds every division it must (mode `all`) or one of them (`any`) and none but these and
those that are `ok` (`*`: any), with at least one of the codes given for each version that is loaded; a term of mode
`none` must get no code. Precision and recall are about this last distinction alone: the share of terms with an answer
that ask for companies, and the share of terms that ask for companies and got an answer.
"""

import csv
import json
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated

import typer

from common.errors import Permanent
from industries import classification
from industries.index import Code, IndustryIndex, Resolution
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson
from leadgen.database.owner_connection import connected
from leadgen.ssic import ssic_2020

MODES = ("all", "any", "none")
COLUMNS = ("term", "kind", "mode", "must_divisions", "ok_divisions", "must_not_divisions")

#: A term is resolved so often; the median counts.
REPEATS = 5


class NotATermsFile(Permanent):
    """The file does not have the format of judged terms."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words, and the expected answer. `codes` are prefixes, by version."""

    term: str
    kind: str
    mode: str
    must: frozenset[str]
    ok: frozenset[str]
    must_not: frozenset[str]
    codes: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A term with another answer than expected."""

    term: str
    kind: str
    mode: str
    got: list[str]
    expected: list[str]
    confidence: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results of all terms."""

    terms: int
    right: int
    negatives_answered: int
    #: `None`: no term had an answer, or none should have one.
    precision: float | None
    recall: float | None
    p50_ms: float
    p99_ms: float
    wrong: list[Wrong]


def resolve_eval_command(
    file: Annotated[Path, typer.Argument(help="A CSV: " + ",".join(COLUMNS) + ",codes_2020,codes_2025,...")],
    as_json: AsJson = False,
    database_url: Annotated[
        str | None,
        typer.Option(envvar="DATABASE_URL", show_envvar=True, help="Use the versions loaded there, not SSIC 2020."),
    ] = None,
) -> None:
    """Measure how well words become industry codes, with a file of judged terms."""
    evaluation = run_or_exit(_evaluate(file, database_url))
    if as_json:
        typer.echo(json.dumps(asdict(evaluation), ensure_ascii=False, indent=2))
        return
    for wrong in evaluation.wrong:
        typer.echo(f"{wrong.kind:10} {wrong.term!r}: got {wrong.got}, expected {wrong.mode} {wrong.expected}")
    typer.echo(
        f"{evaluation.right} of {evaluation.terms} right, {evaluation.negatives_answered} negatives answered;"
        f" precision {_percent(evaluation.precision)}, recall {_percent(evaluation.recall)};"
        f" p50 {evaluation.p50_ms} ms, p99 {evaluation.p99_ms} ms"
    )


def read_terms(file: Path) -> list[Term]:
    """Reads the terms of a file. Raises NotATermsFile with advice."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise NotATermsFile(f"{file} lacks the columns {', '.join(missing)}: the header has to name them")
            terms = list(_terms(rows, file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotATermsFile(f"{file} cannot be read as a CSV in UTF-8: {error}") from error
    if not terms:
        raise NotATermsFile(f"{file} holds no terms: give one a line below the header")
    return terms


def evaluate(index: IndustryIndex, terms: Sequence[Term], *, repeats: int = REPEATS) -> Evaluation:
    """Resolves every term, judges the answer and measures the time: the median of `repeats` runs."""
    wrong: list[Wrong] = []
    milliseconds: list[float] = []
    answered = negatives_answered = 0
    for term in terms:
        resolution, took_ms = _timed(index, term.term, repeats)
        milliseconds.append(took_ms)
        answered += bool(resolution.codes)
        negatives_answered += term.mode == "none" and bool(resolution.codes)
        if not is_right(term, resolution, index.versions):
            got = [industry.code for industry in resolution.industries]
            expected = sorted(term.must) + sorted(code for codes in term.codes.values() for code in codes)
            wrong.append(Wrong(term.term, term.kind, term.mode, got, expected, resolution.confidence))
    positives = sum(term.mode != "none" for term in terms)
    found = answered - negatives_answered
    return Evaluation(
        terms=len(terms),
        right=len(terms) - len(wrong),
        negatives_answered=negatives_answered,
        precision=_share(found, answered),
        recall=_share(found, positives),
        p50_ms=round(median(milliseconds), 3),
        p99_ms=round(quantiles([*milliseconds, milliseconds[-1]], n=100, method="inclusive")[98], 3),
        wrong=wrong,
    )


def is_right(term: Term, resolution: Resolution, versions: Collection[str]) -> bool:
    """Returns whether an answer is the expected one, in each of the loaded versions."""
    divisions = {key.code[:2] for key in resolution.codes}
    if term.mode == "none" or not divisions:
        return term.mode == "none" and not divisions
    if divisions & term.must_not or not ("*" in term.ok or divisions <= term.must | term.ok):
        return False
    if not (term.must <= divisions if term.mode == "all" else term.must & divisions):
        return False
    return all(
        any(key.version == version and key.code.startswith(term.codes[version]) for key in resolution.codes)
        for version in term.codes.keys() & set(versions)
    )


async def _evaluate(file: Path, database_url: str | None) -> Evaluation:
    terms = read_terms(file)
    if database_url is None:
        return evaluate(IndustryIndex(Code("2020", *code) for code in ssic_2020()), terms)
    async with connected(database_url) as connection:
        codes = await classification.read(connection)
    return evaluate(IndustryIndex(codes), terms)


def _terms(rows: "csv.DictReader[str]", file: Path) -> Iterator[Term]:
    for row in rows:
        if row["mode"] not in MODES:
            raise NotATermsFile(f"{file}, line {rows.line_num}: mode {row['mode']!r} is none of {', '.join(MODES)}")
        if row["mode"] != "none" and not row["must_divisions"]:
            raise NotATermsFile(f"{file}, line {rows.line_num}: mode {row['mode']} needs must_divisions")
        codes = {name.removeprefix("codes_"): _listed(value) for name, value in row.items() if _is_codes(name)}
        must, ok, must_not = (frozenset(_listed(row[name])) for name in COLUMNS[3:])
        given = {version: prefixes for version, prefixes in codes.items() if prefixes}
        yield Term(row["term"], row["kind"], row["mode"], must, ok, must_not, given)


def _is_codes(name: str | None) -> bool:
    return name is not None and name.startswith("codes_")


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, (value or "").split(";"))))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"


def _timed(index: IndustryIndex, term: str, repeats: int) -> tuple[Resolution, float]:
    """Resolves a term `repeats` times; returns the answer and the median of the milliseconds."""
    durations = []
    for _ in range(repeats):
        started = time.perf_counter()
        resolution = index.resolve([term])
        durations.append(time.perf_counter() - started)
    return resolution, median(durations) * 1000
