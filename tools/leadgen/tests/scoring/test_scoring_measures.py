"""The figures about scores, against scikit-learn's and by their laws; and the picture of them."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.scoring.measures import Scored, TooFewLabels, auc, calibration, evaluate, roc
from leadgen.scoring.plotting import NotAPicture, checked, plot

SCORES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]))
LEADS = st.lists(st.builds(Scored, SCORES, st.booleans()), min_size=10, max_size=60).filter(
    lambda leads: 0 < sum(lead.is_won for lead in leads) < len(leads)
)


@pytest.mark.slow
@given(leads=LEADS)
def test_figures_are_those_of_scikit_learn(leads: list[Scored]) -> None:
    """AUC, with ties, and Brier."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    won, scores = [lead.is_won for lead in leads], [lead.score for lead in leads]
    evaluation = evaluate(leads)
    assert evaluation.auc == pytest.approx(roc_auc_score(won, scores), abs=1e-4)
    assert evaluation.brier == pytest.approx(brier_score_loss(won, scores), abs=1e-4)


@given(leads=LEADS)
def test_every_lead_is_in_one_bin(leads: list[Scored]) -> None:
    """Ten of them, which means lie inside."""
    bins = calibration(leads)
    assert len(bins) == 10
    assert sum(each.count for each in bins) == len(leads)
    for each in bins:
        assert (each.mean_score is None) == (each.count == 0)
        assert each.mean_score is None or each.low - 1e-4 <= each.mean_score <= each.high + 1e-4


@given(leads=LEADS)
def test_the_area_under_the_curve_is_the_auc(leads: list[Scored]) -> None:
    """The curve goes from none to all and never back."""
    curve = roc(leads)
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))
    steps = list(pairwise(curve))
    assert all(x <= x2 and y <= y2 for (x, y), (x2, y2) in steps)
    assert sum((x2 - x) * (y + y2) / 2 for (x, y), (x2, y2) in steps) == pytest.approx(auc(leads))


def test_perfect_scores_are_distinguished_from_useless_ones() -> None:
    """1, one half, and 0 where they are upside down."""
    ranked = [Scored(number / 20, number >= 10) for number in range(20)]
    assert evaluate(ranked).auc == 1
    assert evaluate([Scored(0.5, lead.is_won) for lead in ranked]).auc == 0.5
    assert evaluate([Scored(1 - lead.score, lead.is_won) for lead in ranked]).auc == 0


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ([Scored(0.5, True)] * 9, "9 outcomes with a score are too few: at least 10 are needed"),
        ([Scored(0.5, True)] * 20, "none that was lost among 20: both kinds are needed"),
        ([Scored(0.5, False)] * 20, "none that was won among 20"),
    ],
)
def test_what_says_nothing_is_refused(leads, expected) -> None:
    """With how many it takes."""
    with pytest.raises(TooFewLabels, match=expected):
        evaluate(leads)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "begins"), [("p.svg", b"<?xml"), ("p.PNG", b"\x89PNG")])
def test_a_picture_is_drawn(tmp_path, name, begins) -> None:
    """In the format of its name, with the same bytes each time."""
    leads = [Scored(number / 30, number % 3 > 0) for number in range(30)]
    pictures = []
    for _ in range(2):
        plot(leads, evaluate(leads), tmp_path / name)
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0].startswith(begins)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(("name", "expected"), [("p.gif", "end its name in .svg or .png"), ("none/p.svg", "no folder")])
def test_a_picture_that_cannot_be_is_refused(tmp_path, name, expected) -> None:
    """Before anything is looked up."""
    with pytest.raises(NotAPicture, match=expected):
        checked(tmp_path / name)


@pytest.mark.slow
def test_the_command_starts_without_the_optional_packages() -> None:
    """They are heavy, and in images not there: what needs them says so."""
    program = """
import sys
sys.modules.update({"sklearn": None, "matplotlib": None, "numpy": None})
import leadgen.scoring.command
from leadgen.scoring.extra import NotInstalled
from leadgen.scoring.measures import Scored, evaluate
from leadgen.scoring.plotting import plot
leads = [Scored(0.5, True), Scored(0.4, False)] * 5
from pathlib import Path
try:
    plot(leads, evaluate(leads), Path("p.svg"))
except NotInstalled as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "leadgen[scoring]" in ended.stdout
