"""Registers that a spreadsheet, a database or a statistics program has saved once, into the real PostgreSQL."""

import asyncio
import gzip
import io
from datetime import datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped] # has no types
import pytest
import typer
from typer.testing import CliRunner, Result

from leadgen.load import LoadFailed, NotARegister, load, load_generated
from leadgen.load.command import load_command
from testkit.checkout import SHARED
from testkit.register.registers import Owner, counts
from testkit.register.saved_registers import ALPHA, BETA, HEADER, A, B, loaded, packed, read_back

CASES = SHARED / "cases" / "loader"


@pytest.fixture(autouse=True)
async def codes(owner: Owner) -> None:
    """The industry codes of these registers."""
    await owner.executemany(
        "INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', $1, 'subclass', $1)",
        [("62011",), ("01120",), ("46301",), ("12001",), ("70201",), ("56111",)],
    )


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(load_command)
    return CliRunner().invoke(app, [*arguments])


@pytest.mark.parametrize(
    "rows",
    [
        A.replace("Live Company", " Live Company\t").replace("62011", "62011 ") + f"\n {B}",
        A.replace("Live Company", "\u00a0Live Company").replace("ALPHA PTE. LTD.", '" ALPHA PTE. LTD. "') + "\n" + B,
        A.replace("2021-03-04", "4/3/2021").replace(",na", ",NULL") + "\n" + B.replace("2021-03-04", "44259"),
        A.replace("2021-03-04", "2021-03-04 14:33:42") + "\n" + B.replace("2021-03-04", "4-Mar-2021"),
        A.replace(",na", ",N/A") + "\n" + B.replace(",na", ",-"),
        A.replace(",na", ",\\N") + "\n" + B,
        A + ",\n" + B + ",,",
        A.replace("088535", "88535.0").replace("62011", "62011.0") + "\n" + B.replace("01120", "1120.0"),
        A.replace("088535", '="088535"') + "\n" + B.replace("01120", '="01120"'),
        A.lower().replace("alpha pte. ltd.", "ALPHA PTE. LTD.") + "\n" + B,
        A + "\n" + HEADER + "\n" + B + "\n" + HEADER.upper(),
        A.replace(",na", ',"NULL"') + "\n" + B.replace(",na,018956", ',"N/A","018956"'),
        A.replace(",na", ",nil").replace("na", "--") + "\n" + B.replace(",na", ",(null)"),
        A.replace(",na", ",#N/A") + "\n" + B.replace(",na", ",#REF!"),
        A.replace("2021-03-04", "4/3/21") + "\n" + B.replace("2021-03-04", "2021/3/4"),
        A.replace("2021-03-04", "2021-03-03T16:00:00Z") + "\n" + B.replace("2021-03-04", "1614787200"),
        A.replace("62011", '"62,011"').replace("088535", '"88,535"') + "\n" + B.replace("01120", '"1,120.00"'),
        ",,,,,,,\n" + A + "\n,,,,,,,\n\n" + B + "\n , , ,,,,,",
        A.removesuffix(",na") + "\n" + B,
        A + "\r" + B + "\r\n",
    ],
    ids=[
        "padded", "no-break space, quoted", "day first, serial", "with a time, month by name", "N/A", "\\N",
        "surplus fields", "floats", "formulas", "small letters", "header repeated", "quoted words", "nil, (null)",
        "errors of Excel", "short years", "moments", "thousands apart", "empty rows", "ends left out",
        "mixed line ends",
    ],
)  # fmt: skip
async def test_values_are_read_as_they_were_meant(owner: Owner, database_url: str, tmp_path: Path, rows: str) -> None:
    """Values are read as they were meant. Whoever saved the file: the same two companies."""
    summary = await loaded(database_url, tmp_path, f"{HEADER}\n{rows}\n")
    assert (summary.inserted, summary.rejected) == (2, 0)
    assert await read_back(owner) == [ALPHA, BETA]
    assert [share.percent for share in summary.understood] == ["100 %"] * 4
    assert not any("Warning" in note for note in summary.notes)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\r{A}\r{B}".encode(),
        f"sep=,\r\n{HEADER}\r\n{A}\r\n{B}".encode(),
        "\n".join([f'"uen","entity\nname",{HEADER.split(",", 2)[2]}', A, B]).encode(),
        f"{HEADER}\n{A}\n{B}".encode("utf-16"),
        gzip.compress(f"{HEADER}\n{A}\n{B}".encode("utf-16")),
        f"{HEADER}\n{A}\n{B}".encode("utf-16-le"),
        f"\ufeff\ufeff{HEADER}\n{A}\n{B}".encode(),
        f"{HEADER}\n{A}\n{B}".replace(",", "|").encode(),
        f"{HEADER}\r\n{A}\r\n{B}".replace(",", "\t").encode("utf-16"),
        f"{HEADER}\n{A.replace('62011', '62011,0')}\n".replace(",", ";").replace("62011;0", "62011,0").encode()
        + B.replace(",", ";").encode(),
        "\n".join(["sep=;", *(line.replace(",", ";") for line in (HEADER, A, B))]).encode(),
        f'"Register of companies, April 2025"\n\n{HEADER}\n{A}\n{B}'.encode(),
        f"Title;;;;;;;\n{HEADER};\n{A};\n{B};\n".replace(",", ";").encode(),
        f"Company,,,,Address,,Industry,\n{HEADER}\n{A}\n{B}".encode(),
        packed({"acra.txt": f"{HEADER}\n{A}\n{B}"}),
        packed({"__MACOSX/._acra.csv": "x", "folder/acra.CSV": f"{HEADER}\n{A}\n{B}"}),
    ],
    ids=[
        "CR alone", "sep=,", "line end in the header", "UTF-16", "UTF-16 packed", "UTF-16 without a mark", "two marks",
        "pipes", "tabs", "semicolons, decimal commas", "sep=;", "title above", "title, semicolons", "two headers",
        "text in a zip", "CSV in a folder of a zip",
    ],
)  # fmt: skip
async def test_files_of_other_programs_are_read(
    owner: Owner, database_url: str, tmp_path: Path, content: bytes
) -> None:
    """Files of other programs are read, whatever their ends of lines and their encoding."""
    assert counts(await loaded(database_url, tmp_path, content)) == (2, 0, 0, 0, 0)
    assert await read_back(owner) == [ALPHA, BETA]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "CAFÉ PTE. LTD."), ("gb18030", "ALPHA 餐馆 PTE. LTD.")],
    ids=["Windows", "Chinese"],
)
async def test_other_encodings_are_recognised(
    owner: Owner, database_url: str, tmp_path: Path, encoding: str, name: str
) -> None:
    """Windows' own, and the Chinese one: bytes that are no UTF-8 stand alone in the one, and in pairs in the other."""
    await loaded(database_url, tmp_path, f"{HEADER}\n{A.replace('ALPHA PTE. LTD.', name)}\n{B}".encode(encoding))
    assert [row[1] for row in await read_back(owner)] == [name, BETA[1]]


async def test_a_workbook_is_read_wherever_its_table_stands(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """On two of three sheets, below a title and an empty row, with dates and numbers as cells of their types."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes", "nothing here"])
    for row, values in enumerate((A, B)):
        sheet = workbook.create_sheet(f"Part {row + 1}")
        sheet.append(["Information on Corporate Entities"])
        sheet.append([])
        sheet.append(HEADER.split(","))
        uen, name, status, _, _, postal, primary, secondary = values.split(",")
        cells = [uen, name, status, datetime(2021, 3, 4), None, int(postal), float(primary), secondary]  # noqa: DTZ001
        sheet.append(cells)
        sheet.append([])
    file = tmp_path / "register.xlsx"
    workbook.save(file)
    summary = await load(file, database_url)
    assert (summary.files, counts(summary)) == (2, (2, 0, 0, 0, 0))
    rows = await read_back(owner)
    assert [row[:4] for row in rows] == [ALPHA[:4], BETA[:4]]
    assert await owner.fetch(
        "SELECT industry_code(primary_ssic_code), postal_code(postal_code) FROM staging_acra_companies ORDER BY 1"
    ) == [
        ("01120", "018956"),
        ("62011", "088535"),
    ]
    assert "register.xlsx, sheet 'Part 1': lines above the header: 1. They were passed over." in summary.notes


def workbook_of(*rows: list[str]) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name;postal\nALPHA;088535", "not the register's header"),
        (f"uen;name;x\n{A}".encode(), "separated by semicolons"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "Excel workbook of the old kind, or an encrypted one"),
        (workbook_of(["UEN", "Name"]), r"none of its sheets \(Sheet\) has a header with uen and entity_name"),
        (packed({"[Content_Types].xml": "<Types/>"}), "workbook that cannot be read"),
        (packed({"META-INF/manifest.xml": "<x/>", "content.xml": "<x/>"}), "OpenDocument"),
        (packed({"register.xlsx": "x", "a/b.pdf": "x"}), r"no \.csv file in this zip. It holds register.xlsx, a/b.pdf"),
        (packed({}), "It holds nothing"),
        (b'{"uen": "1"}', "is JSON"),
        (b"  <!DOCTYPE html><table>", "is a web page"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"7z\xbc\xaf\x27\x1c\x00", "is a 7z archive"),
        (f"{HEADER}\n{A}\n".replace(",", ";").encode() + b'"' + b"x;\n" * 100_000, "a quote is opened and not closed"),
    ],
    ids=[
        "no header", "semicolons", "old workbook", "workbook of others", "broken workbook", "OpenDocument",
        "zip of others", "empty zip", "JSON", "HTML", "PDF", "7z", "open quote",
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_with_its_cause(
    owner: Owner, database_url: str, tmp_path: Path, content: bytes, reason: str
) -> None:
    """The message tells the operator what to do; exit code 2, and nothing is loaded."""
    with pytest.raises(NotARegister, match=reason) as refused:
        await loaded(database_url, tmp_path, content)
    assert "\n" not in str(refused.value)
    assert await read_back(owner) == []


async def test_a_file_with_the_month_first_is_read_so_and_told(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """One date tells for the others, which could be read either way."""
    rows = [A.replace("2021-03-04", "3/25/2021"), B.replace("2021-03-04", "3/4/2021")]
    summary = await loaded(database_url, tmp_path, "\n".join([HEADER, *rows]))
    assert [row[3] for row in await read_back(owner)] == ["2021-03-25", "2021-03-04"]
    assert "register.csv: its dates have the month first, as in 12/31/2024, and were read so." in summary.notes


async def test_what_stands_below_a_table_is_rejected_with_its_reason(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """Totals, a source and the names of columns in words are no companies, and count in no share."""
    words = "Unique Entity Number,Name,Status,Date,Building,Postal code,Main activity,Other activity"
    below = ["Total,2,,,,,,", "Source: ACRA", "(2 rows)"]
    summary = await loaded(database_url, tmp_path, "\n".join([HEADER, words, A, B, A, *below]))
    assert counts(summary) == (2, 0, 0, 1, 4)
    assert await read_back(owner) == [ALPHA, BETA]
    assert [share.percent for share in summary.understood] == ["100 %"] * 4


async def test_what_is_no_date_is_never_young_and_is_reported(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """It counts as missing, with an example; a share below 95 % is a warning."""
    rows = [A.replace("2021-03-04", "2021-13-45"), B.replace("2021-03-04", "soon")]
    summary = await loaded(database_url, tmp_path, "\n".join([HEADER, *rows]))
    assert [row[3] for row in await read_back(owner)] == [None, None]
    shares = {share.what: (share.rows, share.of) for share in summary.understood}
    assert shares == {"status": (2, 2), "date": (0, 2), "industry": (2, 2), "postal code": (2, 2)}
    notes = " ".join(summary.notes)
    assert "Dates that could not be read: 2, such as '2021-13-45'." in notes
    assert "Warning: less than 95% of the rows were understood: date 0 %." in notes


async def test_a_load_that_takes_no_row_says_so_and_fails(database_url: str, tmp_path: Path) -> None:
    """A header alone, and rows that are all rejected: a sentence and exit code 1."""
    file = tmp_path / "register.csv"
    for rows, reason in (("", "there is none below the header"), ("x\ny\n", "all were rejected")):
        file.write_text(f"{HEADER}\n{rows}", encoding="utf-8")
        found = await asyncio.to_thread(run, str(file), "--database-url", database_url)
        assert (found.exit_code, f"No row was taken: {reason}." in found.output) == (1, True), found.output


async def test_made_up_companies_never_overwrite_a_real_one(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Nothing is loaded if one has the UEN of a company of the register that is not made up."""
    rejects = tmp_path / "rejects.csv"
    await load_generated(20, 2, database_url, rejects=rejects)
    await owner.execute("UPDATE staging_acra_companies SET entity_name = 'ANOTHER'")
    await load_generated(20, 2, database_url, rejects=rejects)  # those that are made up may be replaced
    uen = await owner.fetchval("SELECT uen FROM staging_acra_companies ORDER BY uen LIMIT 1")
    await owner.execute(
        "UPDATE staging_acra_companies SET issuance_agency_id = 'ACRA', entity_name = 'REAL' WHERE uen = $1", uen
    )
    before = await read_back(owner)
    with pytest.raises(LoadFailed, match="would overwrite real ones: 1 "):
        await load_generated(20, 2, database_url, rejects=rejects)
    assert await read_back(owner) == before


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not part of the repository")
@pytest.mark.parametrize(
    ("name", "taken", "days"),
    [
        ("excel_dates", 4, ["2022-01-05", "1995-04-30", "1990-12-25", "2024-11-12"]),
        ("old_vintage_timestamps", 2, ["2004-01-07", "2021-01-07"]),
        ("padded_values", 3, ["2021-03-04"] * 3),
        ("missing_words", 2, ["2024-01-01", None]),
        ("trailing_comma_rows", 3, ["2021-03-04"] * 3),
        ("header_only", 0, []),
        ("lower_case_uen", 1, ["2021-03-04"]),
        ("float_codes", 2, ["2021-03-04"] * 2),
    ],
)
async def test_the_shared_cases_come_out_right(
    owner: Owner, database_url: str, tmp_path: Path, name: str, taken: int, days: list[str | None]
) -> None:
    """The shared cases come out right, as many companies as there are, with their days; those of a live status are
    live, all codes are five digits.
    """
    summary = await load(CASES / f"{name}.csv", database_url, rejects=tmp_path / "rejects.csv")
    rows = await owner.fetch("SELECT * FROM staging_acra_companies ORDER BY uen")
    assert (len(rows), summary.rejected) == (taken, 0)
    assert [row["registration_incorporation_date"] for row in rows] == days
    assert all(row["is_live"] == ("Struck" not in row["entity_status_description"]) for row in rows)
    assert all(len(row["primary_ssic_code"]) == 5 and row["primary_ssic_code"].isdigit() for row in rows)
    assert not {"NULL", "NA"} & {value for row in rows for value in row.values() if isinstance(value, str)}
