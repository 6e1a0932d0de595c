"""Good rows are distinguished from bad ones, and a bad row takes no other with it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.load.files.header import COLUMNS, Header, read_header
from leadgen.load.files.lines import LONGEST_LINE_CHARS, Lines
from leadgen.load.parsing.careful_rows import Found
from leadgen.load.parsing.rows import read_rows
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.values import code, trimmed

HEADER = "uen,entity_name,primary_ssic_code"
GOOD = "201912345K,SOME PTE. LTD.,46900"


def found(*lines: str | bytes, header: str = HEADER) -> list[Found]:
    """Returns what is found in these lines after the header."""
    content = b"\n".join([header.encode(), *(line.encode() if isinstance(line, str) else line for line in lines)])
    return found_in([content])


def found_in(blocks: list[bytes]) -> list[Found]:
    lines = Lines(blocks)
    _, first = next(lines)
    return list(read_rows(lines, read_header(first, "acra.csv"), Tally()))


def reasons(*lines: str | bytes, header: str = HEADER) -> list[str | None]:
    return [reason for _, _, reason in found(*lines, header=header)]


def test_a_plain_row_goes_on_as_it_came() -> None:
    """With its line number, counted from the header's 1."""
    assert found(GOOD, "", GOOD) == [(2, GOOD, None), (4, GOOD, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("201912345K,SOME PTE. LTD.", "2 columns instead of 3"),
        (GOOD + ",x", "4 columns instead of 3"),
        ("na,na,46900", "neither a UEN nor a name"),
        (",,46900", "neither a UEN nor a name"),
        ('"  "," ",46900', "neither a UEN nor a name"),
        ("Total,SOME PTE. LTD.,46900", "no UEN, but 'TOTAL'"),
        ("NO-UEN-0123456789abcdef,SOME PTE. LTD.,46900", "no UEN, but 'NO-UEN-0123456789abcdef'"),
        ("5.3E+8,SOME PTE. LTD.,46900", "no UEN, but '5.3E+8'"),
        ("2" * 21 + ",SOME PTE. LTD.,46900", "no UEN, but '" + "2" * 21 + "'"),
        (b"201912345K,CAF\xc9 PTE. LTD.,46900", "not UTF-8"),
        ("201912345K,SOME\0PTE. LTD.,46900", "holds a NUL byte"),
        ("201912345K,SOME\rPTE. LTD.,46900", "quotes or line ends in the wrong place"),
        ('201912345K,"SOME" PTE. LTD.,46900', "quotes or line ends in the wrong place"),
        ('201912345K,"SOME PTE. LTD.,46900', "a quote is opened and not closed"),
        ("201912345K,SOME PTE. LTD.," + "4" * 601, "primary_ssic_code is longer than 200 characters"),
        ("201912345K," + "X" * LONGEST_LINE_CHARS + ",46900", f"longer than {LONGEST_LINE_CHARS} characters"),
    ],
)
def test_a_bad_row_is_rejected_alone(line: str | bytes, reason: str) -> None:
    """Its line and text are kept, and the rows around it are taken."""
    before, rejected, after = found(GOOD, line, GOOD)

    assert (before, after) == ((2, GOOD, None), (4, GOOD, None))
    assert (rejected[0], rejected[2]) == (3, reason)
    assert rejected[1].encode("utf-8", "surrogateescape") == (line if isinstance(line, bytes) else line.encode())


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('201912345K,"SOME, PTE. LTD.",46900', '201912345K,"SOME, PTE. LTD.",46900'),
        ('"201912345K","SOME PTE. LTD.","46900"', "201912345K,SOME PTE. LTD.,46900"),
        ('201912345K,5" PIPES,46900', '201912345K,"5"" PIPES",46900'),
        ('201912345K,"5"" PIPES",46900', '201912345K,"5"" PIPES",46900'),
        ("201912345K,,", "201912345K,na,na"),
        ('201912345K,"",46900', "201912345K,na,46900"),
        ('201912345K,"A,,B",', '201912345K,"A,,B",na'),
        ("na,SOME PTE. LTD.,46900", "na,SOME PTE. LTD.,46900"),
        (",SOME PTE. LTD.,46900", "na,SOME PTE. LTD.,46900"),
        ('"  ",SOME PTE. LTD.,46900', "na,SOME PTE. LTD.,46900"),
        (" 201912345K ,SOME PTE. LTD.,46900", "201912345K,SOME PTE. LTD.,46900"),
        ("201912345K,CAFÉ 漢 PTE. LTD.,46900", "201912345K,CAFÉ 漢 PTE. LTD.,46900"),
        (GOOD + "\r", GOOD),
    ],
)
def test_an_unusual_row_is_taken_in_the_form_that_postgresql_reads_alike(line: str, text: str) -> None:
    """Quotes within a field are doubled, empty becomes na (a UEN too), the UEN is trimmed, Windows' line ends go."""
    assert found(line) == [(2, text, None)]


def test_a_value_may_hold_line_ends_when_it_is_quoted() -> None:
    """The record counts as one, at its first line."""
    assert found('201912345K,"SOME', 'PTE. LTD.",46900', GOOD) == [
        (2, '201912345K,"SOME\nPTE. LTD.",46900', None),
        (4, GOOD, None),
    ]


def test_a_stray_quote_swallows_nothing() -> None:
    """Neither to the next quote, nor to the end of the file: only its own line is lost."""
    stray = '201912345K,"SOME PTE. LTD.,46900'
    quoted = '201912345K,"SOME, PTE. LTD.",46900'

    assert reasons(stray, GOOD, quoted, GOOD) == ["a quote is opened and not closed", None, None, None]
    assert reasons(stray, *[GOOD] * 200).count(None) == 200
    assert reasons(*[stray] * 9) == ["a quote is opened and not closed"] * 9


def test_bad_bytes_spoil_their_own_line_only() -> None:
    """Even within a record that is still open."""
    assert reasons(GOOD, '201912345K,"SOME', b'\xff",46900', GOOD) == [
        None,
        "a quote is opened and not closed",
        "not UTF-8",
        None,
    ]


@given(st.integers(1, 80))
def test_it_does_not_matter_how_a_file_comes_in_blocks(size: int) -> None:
    """Lines, characters and Windows' line ends may be cut anywhere."""
    rows = [GOOD, '201912345K,"CAFÉ', 'LTD.",46900', "bad", GOOD]
    content = "\r\n".join([HEADER, *rows]).encode()

    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    assert found_in(blocks) == found(*rows)


def test_a_line_without_an_end_takes_no_more_memory_than_a_long_one() -> None:
    """A line without an end takes no more memory than a long one: what is too long to be a row is let go while it is
    read.
    """
    endless = [HEADER.encode() + b"\n", *[b"x" * 100_000] * 50, b"\n" + GOOD.encode()]

    (long, good) = found_in(endless)
    assert len(long[1]) <= 5 * LONGEST_LINE_CHARS
    assert (long[2], good[1:]) == (f"longer than {LONGEST_LINE_CHARS} characters", (GOOD, None))


VALUES = st.text(st.sampled_from('ab",\n\r é漢\\.'), max_size=8)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_every_well_formed_csv_is_taken_whole(rows: list[tuple[str, str]], quoting: int) -> None:
    """Every well-formed CSV is taken whole: what was written is read: no row lost, none made up, values the same but
    for blanks and words for missing.
    """
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting).writerows(("201912345K", *row) for row in rows)  # type: ignore[arg-type]
    read = found(*text.getvalue().encode().split(b"\n"))

    assert [reason for _, _, reason in read] == [None] * len(rows)
    parsed = [next(csv.reader(io.StringIO(row, newline=""), strict=True)) for _, row, _ in read]
    lines = [[value.replace("\r\n", "\n") for value in row] for row in rows]
    assert parsed == [["201912345K", trimmed(name, is_name=True), code(trimmed(first), 5)] for name, first in lines]


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_are_sorted_into_rows_and_rejects(lines: list[bytes]) -> None:
    """No line is lost, none raises, and each row has the header's width."""
    header = Header(COLUMNS[:3], ())
    for _, text, reason in read_rows(Lines([b"\n".join(lines)]), header, Tally()):
        if reason is None:
            assert len(next(csv.reader(io.StringIO(text, newline=""), strict=True))) == header.width
