"""Each row of the register is marked with the version of SSIC that its codes are of: the codes themselves tell."""

import asyncio
import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from leadgen.load import LoadFailed, Summary, load
from leadgen.load.command import load_command
from leadgen.load.database.versions import MIXED, Survey, decide
from leadgen.ssic import load_ssic
from testkit.checkout import SHARED
from testkit.register.registers import Owner, content

DATA = SHARED / "data"
SAMPLE, OFFICIAL, CHANGES = (DATA / name for name in ("acra_sample.csv.gz", "ssic.csv", "ssic_changes_2020_2025.csv"))
needs_data = pytest.mark.skipif(not SAMPLE.exists(), reason="the real registry sample and code lists are not here")

HEADER = ("uen", "entity_name", "entity_status_description", "primary_ssic_code", "secondary_ssic_code")
# A made-up pair of versions: a code of each alone, two of both.
CODES = {"2020": ("10000", "20000", "30000"), "2025": ("10000", "20000", "40000")}


def about_codes(summary: Summary) -> list[str]:
    """The notes but for the warning about other columns: the real sample has a postal code in 94 % of its rows."""
    return [note for note in summary.notes if not note.startswith("Warning")]


def a_company(number: int, code: str, second: str = "na") -> tuple[str, ...]:
    return (f"2019{number:05d}K", f"COMPANY {number}", "Live Company", code, second)


def companies(codes: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Builds as many companies of each primary code."""
    all_codes = [code for code, count in codes.items() for _ in range(count)]
    return [a_company(number, code) for number, code in enumerate(all_codes)]


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


async def know(owner: Owner, *versions: str) -> None:
    for version in versions:
        await owner.execute(
            "INSERT INTO ssic_ref (version, code, level, title) "
            "SELECT $1, code, 'subclass', $1 FROM unnest($2::text[]) code",
            version,
            CODES[version],
        )


async def marked(owner: Owner) -> dict[tuple[str, str], int]:
    rows = await owner.fetch(
        "SELECT primary_ssic_code AS code, ssic_version, count(*) AS rows FROM staging_acra_companies GROUP BY 1, 2"
    )
    return {(row["code"], row["ssic_version"]): row["rows"] for row in rows}


@pytest.mark.parametrize(
    ("codes", "version"),
    [
        ({"10000": 50, "30000": 2}, "2020"),
        ({"10000": 50, "40000": 2}, "2025"),
        ({"10000": 50}, "2020"),
        ({"30000": 4, "40000": 96}, "2025"),
        ({"na": 5}, "2020"),
    ],
    ids=["2020", "2025", "nothing tells", "a few stale codes", "no codes"],
)
async def test_the_codes_of_one_version_alone_decide_for_all_rows(
    owner: Owner, database_url: str, tmp_path: Path, codes: dict[str, int], version: str
) -> None:
    """The codes of one version alone decide for all rows, also for the rows whose codes tell nothing; and loaded again
    nothing changes.
    """
    await know(owner, "2020", "2025")
    file = write(tmp_path / "a.csv", companies(codes))
    summary = await load(file, database_url)
    before = await content(owner)
    again = await load(file, database_url)

    assert summary.ssic_version == version
    assert {marked_as for _, marked_as in await marked(owner)} == {version}
    assert again.unchanged == sum(codes.values())
    assert await content(owner) == before


async def test_a_secondary_code_tells_where_the_primary_does_not(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """A secondary code tells where the primary does not, and a code that has lost its leading zero, or has blanks
    around it, tells as well.
    """
    await know(owner, "2020", "2025")
    await owner.execute("INSERT INTO ssic_ref (version, code, level, title) VALUES ('2025', '01234', 'subclass', 'x')")
    await load(write(tmp_path / "a.csv", [a_company(1, "10000", "40000")]), database_url)
    await load(write(tmp_path / "b.csv", [a_company(2, "1234 ")]), database_url)

    assert {version for _, version in await marked(owner)} == {"2025"}


async def test_a_mixed_file_is_read_row_by_row_and_a_note_says_so(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """Each row in the version that has its primary code, the others in that of the most; a repeat changes nothing."""
    await know(owner, "2020", "2025")
    file = write(tmp_path / "a.csv", companies({"10000": 10, "30000": 30, "40000": 70}))
    summary = await load(file, database_url)
    before = await content(owner)

    assert summary.ssic_version == "2025"
    assert "mixes versions (70 rows of SSIC 2025, 30 rows of SSIC 2020)" in " ".join(summary.notes)
    assert await marked(owner) == {("10000", "2025"): 10, ("30000", "2020"): 30, ("40000", "2025"): 70}
    assert (await load(file, database_url)).unchanged == 110
    assert await content(owner) == before


async def test_another_version_alone_is_a_change_of_the_row(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """A refresh has to see it: updated_at moves, first_loaded_at stays."""
    await know(owner, "2020", "2025")
    file = write(tmp_path / "a.csv", companies({"10000": 3}))
    times = "SELECT first_loaded_at, updated_at FROM staging_acra_companies ORDER BY uen"
    await load(file, database_url)
    before = await owner.fetch(times)
    summary = await load(file, database_url, ssic_version="2025")
    after = await owner.fetch(times)

    assert (summary.updated, summary.unchanged, summary.ssic_version) == (3, 0, "2025")
    assert [row["first_loaded_at"] for row in after] == [row["first_loaded_at"] for row in before]
    assert all(new["updated_at"] > old["updated_at"] for new, old in zip(after, before, strict=True))
    assert (await load(file, database_url, ssic_version="2025")).unchanged == 3


@pytest.mark.parametrize("known", [(), ("2020",)])
async def test_a_version_that_is_not_loaded_is_refused(
    owner: Owner, database_url: str, tmp_path: Path, known: tuple[str, ...]
) -> None:
    """Nothing is loaded, and the message names the command that would load it."""
    await know(owner, *known)
    with pytest.raises(LoadFailed, match="leadgen ssic load FILE --version 2025"):
        await load(write(tmp_path / "a.csv", companies({"10000": 1})), database_url, ssic_version="2025")

    assert await content(owner) == []


@pytest.mark.parametrize(
    ("known", "codes", "version", "notes"),
    [
        ((), {"10000": 5}, "2020", ["No industry codes are loaded"]),
        (("2025",), {"10000": 5}, "2025", []),
        (("2020",), {"10000": 99, "40000": 1}, "2020", []),
        (
            ("2020",),
            {"10000": 98, "40000": 2},
            "2020",
            ["2 of 100 rows have codes that no loaded version (2020) knows"],
        ),
        (("2020", "2025"), {"10000": 9, "99999": 1}, "2020", ["1 of 10 rows have codes"]),
    ],
    ids=["no codes loaded", "only 2025", "hardly any unknown", "unknown", "unknown to both"],
)
async def test_what_the_code_lists_cannot_explain_is_noted_with_its_cure(
    owner: Owner,
    database_url: str,
    tmp_path: Path,
    known: tuple[str, ...],
    codes: dict[str, int],
    version: str,
    notes: list[str],
) -> None:
    """Loaded all the same; the note names the command to run."""
    await know(owner, *known)
    summary = await load(write(tmp_path / "a.csv", companies(codes)), database_url)

    assert summary.ssic_version == version
    for said, expected in zip(about_codes(summary), notes, strict=True):
        assert expected in said
        assert "leadgen ssic load" in said


TELLING = st.dictionaries(st.sampled_from(["2015", "2020", "2025"]), st.integers(1, 1000))
KNOWN = ["2015", "2020", "2025"]


@given(TELLING, st.none() | st.sampled_from(KNOWN))
def test_the_choice_follows_the_most_rows(telling: dict[str, int], asked: str | None) -> None:
    """Unless one is asked for; row by row only if nobody asked and the others are more than a few."""
    reading = decide(KNOWN, Survey(rows=9999, telling=telling), asked)

    assert reading.version == asked or (
        asked is None and telling.get(reading.version, 0) == max(telling.values(), default=0)
    )
    others = sum(telling.values()) - telling.get(reading.version, 0)
    assert reading.is_by_row == (asked is None and others > MIXED * sum(telling.values()))


def test_a_request_against_what_the_codes_say_is_followed_with_a_note() -> None:
    """The operator may know better, or may have mistyped."""
    reading = decide(KNOWN, Survey(rows=100, telling={"2020": 1, "2025": 9}), "2020")

    assert (reading.version, reading.is_by_row) == ("2020", False)
    assert "suggest SSIC 2025: 9 of 10 rows" in reading.notes[0]


def sample_rows() -> list[dict[str, str]]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_data
async def test_the_real_register_of_april_2025_is_of_ssic_2020(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """With both versions loaded; a code that was reused then keeps its old meaning."""
    await load_ssic(OFFICIAL, database_url)
    summary = await load(SAMPLE, database_url, rejects=tmp_path / "rejects.csv")

    assert summary.ssic_version == "2020"
    assert about_codes(summary) == []
    assert await owner.fetchval("SELECT count(*) FROM registered_companies WHERE ssic_version <> '2020'") == 0
    assert await titles_of(owner, "18112") == {"printing of periodicals, books and magazines"}


@needs_data
async def test_a_register_of_2026_is_of_ssic_2025(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """The real rows, recoded as a file of 2026 is: vanished codes replaced by new ones. Reused codes mean the new."""
    await load_ssic(OFFICIAL, database_url)
    with CHANGES.open(encoding="utf-8", newline="") as file:
        status = {row["code"]: row["status"] for row in csv.DictReader(file)}
    new = sorted(code for code, state in status.items() if state == "only_2025" and len(code) == 5)
    rows = sample_rows()
    for number, row in enumerate(rows):
        for column in ("primary_ssic_code", "secondary_ssic_code"):
            if status.get(row[column]) == "only_2020":
                row[column] = new[number % len(new)]
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    summary: Summary = await load(tmp_path / "a.csv", database_url)

    assert summary.ssic_version == "2025"
    assert about_codes(summary) == []
    assert await owner.fetchval("SELECT count(*) FROM registered_companies WHERE ssic_version <> '2025'") == 0
    assert await titles_of(owner, "18112") == {"commercial printing"}


async def titles_of(owner: Owner, code: str) -> set[str]:
    rows = await owner.fetch("SELECT DISTINCT industry_norm FROM registered_companies WHERE industry_code = $1", code)
    return {row["industry_norm"] for row in rows}


async def test_the_command_says_which_version_was_taken_and_why(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """In one line; a version that is not loaded is a command misunderstood."""
    await know(owner, "2020", "2025")
    file = write(tmp_path / "a.csv", companies({"10000": 10, "40000": 5}))
    app = typer.Typer()
    app.command()(load_command)

    async def said(*options: str) -> tuple[int, str]:
        arguments = [str(file), "--database-url", database_url, *options]
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        return result.exit_code, result.output

    found, asked, refused = await said(), await said("--ssic-version", "2025"), await said("--ssic-version", "2015")
    assert found[0] == asked[0] == 0
    assert "SSIC 2025: 5 of 5 rows whose code exists in only one version have a code of this version." in found[1]
    assert "SSIC 2025: as --ssic-version says." in asked[1]
    assert refused[0] == 2
    assert "SSIC 2015 is not loaded (there are: 2020, 2025)" in refused[1]
