"""`leadgen resolve-eval`: a fair judge of answers, and a clear word about a file that is none."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from industries.index import Resolution, VersionedCode
from leadgen.ssic import seed_ssic
from leadgen.ssic.resolve_eval import Term, is_right, resolve_eval_command

HEADER = "term,kind,mode,must_divisions,ok_divisions,must_not_divisions,codes_2020,codes_2025,note\n"
ROWS = "F&B,abbrev,all,56,10,,5611,5611,\nhello,negative,none,,,,,,\nbanks,plain,all,65,,,,,on purpose\n"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command alone, with no database in the environment."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = typer.Typer()
    app.command()(resolve_eval_command)
    return app


def run(app: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def a_term(mode: str = "all", must: str = "56", ok: str = "", must_not: str = "", codes: str = "") -> Term:
    sets = (frozenset(filter(None, each.split(";"))) for each in (must, ok, must_not))
    return Term("x", "plain", mode, *sets, {"2020": (codes,)} if codes else {})


def an_answer(*codes: str, version: str = "2020") -> Resolution:
    return Resolution(codes=tuple(VersionedCode(version, code) for code in codes))


@pytest.mark.slow
def test_a_file_is_scored_without_a_database(app: typer.Typer, tmp_path: Path) -> None:
    """Right and wrong terms are counted, the wrong ones named with what came and what was expected."""
    file = tmp_path / "terms.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    result = run(app, str(file), "--json")

    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert {name: found[name] for name in ("terms", "right", "negatives_answered")} == {
        "terms": 3,
        "right": 2,
        "negatives_answered": 0,
    }
    assert [(wrong["term"], wrong["got"], wrong["expected"]) for wrong in found["wrong"]] == [
        ("banks", ["641"], ["65"])
    ]
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert "2 of 3 right" in run(app, str(file)).output


async def test_a_file_is_scored_on_the_versions_of_a_database(
    app: typer.Typer, database_url: str, tmp_path: Path
) -> None:
    """A file is scored on the versions of a database: what an operator has loaded is what counts; an unseeded database
    says what to do.
    """
    file = tmp_path / "terms.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    unseeded = await asyncio.to_thread(run, app, str(file), "--database-url", database_url)
    assert unseeded.exit_code == 1
    assert "leadgen migrate" in unseeded.output

    await seed_ssic(database_url)
    seeded = await asyncio.to_thread(run, app, str(file), "--json", "--database-url", database_url)
    assert json.loads(seeded.output)["right"] == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("word\nF&B\n", "lacks the columns term"),
        (HEADER, "holds no terms"),
        (HEADER + "F&B,abbrev,some,56,,,,,\n", "line 2: mode 'some'"),
        (HEADER + "F&B,abbrev,all,,,,,,\n", "line 2: mode all needs must_divisions"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong_with_it(
    app: typer.Typer, tmp_path: Path, text: str, says: str
) -> None:
    """One sentence and exit code 1, no traceback."""
    file = tmp_path / "terms.csv"
    file.write_text(text, encoding="utf-8")
    result = run(app, str(file))
    assert (result.exit_code, says in result.output) == (1, True), result.output
    assert run(app, str(tmp_path / "missing.csv")).exit_code == 1


@pytest.mark.parametrize(
    ("term", "answer", "right"),
    [
        (a_term(), an_answer("56111"), True),
        (a_term(), an_answer(), False),
        (a_term(), an_answer("56111", "55101"), False),
        (a_term(ok="55"), an_answer("56111", "55101"), True),
        (a_term(ok="55", must_not="55"), an_answer("56111", "55101"), False),
        (a_term(must="55;56"), an_answer("56111"), False),
        (a_term("any", must="55;56"), an_answer("56111"), True),
        (a_term("any", must="55", ok="56"), an_answer("56111"), False),
        (a_term(codes="5612"), an_answer("56111"), False),
        (a_term(codes="5612"), an_answer("56111", "56122"), True),
        (a_term("none", must=""), an_answer(), True),
        (a_term("none", must=""), an_answer("56111"), False),
    ],
)
def test_an_answer_is_judged_strictly(term: Term, answer: Resolution, right: bool) -> None:
    """Missing divisions, other divisions and codes elsewhere are wrong."""
    assert is_right(term, answer, ["2020"]) is right


def test_an_answer_has_to_hold_in_every_loaded_version_that_codes_are_given_for() -> None:
    """Rows of a version that the answer forgets would never be found; a version that is not loaded has none."""
    term = a_term(codes="5611")
    assert is_right(term, an_answer("56111"), ["2020", "2025"])
    assert not is_right(term, an_answer("56111", version="2025"), ["2020", "2025"])
    assert is_right(term, an_answer("56111", version="2025"), ["2025"])
    assert is_right(a_term("none", must="", codes="5611"), an_answer(), ["2020"])
