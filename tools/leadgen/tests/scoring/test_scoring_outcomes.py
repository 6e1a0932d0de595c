"""Labelled outcomes are read as they are meant, and bad rows are named by their lines."""

from pathlib import Path

import pytest

from leadgen.scoring.outcomes import NotOutcomes, read_outcomes


@pytest.fixture
def file(tmp_path: Path):
    """`file("uen,outcome", "U1,won")`: a CSV of these lines."""

    def write(*lines: str) -> Path:
        made = tmp_path / "outcomes.csv"
        made.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made

    return write


def test_outcomes_are_read(file) -> None:
    """In words or numbers, in any case and with spaces; empty lines are none."""
    outcomes = read_outcomes(file("\ufeffUEN, Outcome ,note", "u1,Won,a", "", " U2 ,0,", "U3,LOST,", "U4,1,"))
    assert [(row.uen, row.is_won) for row in outcomes.rows] == [
        ("U1", True),
        ("U2", False),
        ("U3", False),
        ("U4", True),
    ]
    assert (outcomes.won, outcomes.has_scores, outcomes.features, outcomes.unused) == (2, False, (), ("note",))


def test_values_of_features_are_read(file) -> None:
    """Values of features are read: those that are asked for; an empty one is unknown."""
    outcomes = read_outcomes(file("uen,outcome,hiring,score", "U1,won,0.5,1", "U2,lost,,0"), {"hiring", "news"})
    assert [dict(row.values) for row in outcomes.rows] == [{"hiring": 0.5}, {"hiring": None}]
    assert [row.score for row in outcomes.rows] == [1.0, 0.0]
    assert outcomes.features == ("hiring",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("U9,maybe,0.5", "line 3: outcome 'maybe' is none of won, lost, 1 and 0"),
        ("U9,,0.5", "line 3: outcome '' is none"),
        (",won,0.5", "line 3: uen '' is none"),
        ("U1,won,0.5", "line 3: uen U1 is on line 2 already"),
        ("U9,won,1.01", "line 3: score '1.01' is not a number from 0 to 1"),
        ("U9,won,nan", "line 3: score 'nan' is not a number"),
        ("U9,won,", "line 3: score is empty"),
        ("U9,won", "line 3: 2 cells, where the header names 3 columns"),
    ],
)
def test_a_bad_row_is_named_by_its_line(file, line, expected) -> None:
    """A bad row is named by its line, and what it may hold."""
    with pytest.raises(NotOutcomes) as error:
        read_outcomes(file("uen,outcome,score", "U1,won,0.5", line))
    assert expected in str(error.value)


def test_lines_are_counted_as_an_editor_counts_them(file) -> None:
    """A quoted cell may go over several."""
    with pytest.raises(NotOutcomes, match="line 4: outcome"):
        read_outcomes(file("uen,outcome,note", 'U1,won,"two', 'lines"', "U2,perhaps,"))


def test_of_many_bad_rows_the_first_are_named(file) -> None:
    """The others are counted."""
    with pytest.raises(NotOutcomes) as error:
        read_outcomes(file("uen,outcome", *(f"U{number},?" for number in range(15))))
    assert "line 11" in str(error.value)
    assert "line 12" not in str(error.value)
    assert "and 5 more" in str(error.value)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([""], "lacks the columns uen, outcome"),
        (["uen;outcome", "U1;won"], "separated by commas"),
        (["uen,outcome"], "holds no outcomes"),
        (["uen,outcome,uen", "a,won,b"], "names the columns uen more than once"),
        (["uen,outcome", '"U1,won'], "cannot be read as a CSV"),
    ],
)
def test_a_file_that_holds_no_outcomes_is_refused(file, lines, expected) -> None:
    """With what it lacks."""
    with pytest.raises(NotOutcomes) as error:
        read_outcomes(file(*lines))
    assert expected in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path) -> None:
    """None at all, a folder, or bytes that are no text."""
    (tmp_path / "bytes.csv").write_bytes(b"uen,outcome\n\xff\xfe,won\n")
    for name in ("nothing.csv", ".", "bytes.csv"):
        with pytest.raises(NotOutcomes, match="cannot be read"):
            read_outcomes(tmp_path / name)
