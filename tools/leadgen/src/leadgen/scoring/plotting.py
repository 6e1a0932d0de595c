"""Plots calibration and ROC, as SVG or PNG by the file's name."""

from collections.abc import Sequence
from pathlib import Path

from common.errors import Permanent
from leadgen.scoring.extra import needed
from leadgen.scoring.measures import Evaluation, Scored, roc

FORMATS = (".svg", ".png")


class NotAPicture(Permanent):
    """The file's format is not supported, or it cannot be written."""


def checked(out: Path) -> Path:
    """Returns the file if a picture can be written there. Raises NotAPicture."""
    if out.suffix.lower() not in FORMATS:
        raise NotAPicture(f"{out} must be a picture: end its name in {' or '.join(FORMATS)}")
    if not out.absolute().parent.is_dir():
        raise NotAPicture(f"there is no folder {out.absolute().parent}")
    return out


def plot(leads: Sequence[Scored], evaluation: Evaluation, out: Path) -> None:
    """Writes the picture; equal leads give equal bytes. Raises NotAPicture, NotInstalled."""
    with needed("a plot"):
        import matplotlib as mpl
        from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5), layout="constrained")
    expected, ranked = figure.subplots(1, 2)
    filled = [each for each in evaluation.calibration if each.count]
    for axes in (expected, ranked):
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":", linewidth=1)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    expected.plot([each.mean_score for each in filled], [each.share_won for each in filled], color="tab:blue")
    most = max(each.count for each in filled)
    expected.scatter(
        [each.mean_score for each in filled],
        [each.share_won for each in filled],
        s=[20 + 180 * each.count / most for each in filled],
        color="tab:blue",
    )
    expected.set(title=f"Calibration (Brier {evaluation.brier:.3f})", xlabel="mean score", ylabel="share won")
    ranked.plot(*zip(*roc(leads), strict=True), color="tab:blue")
    ranked.set(title=f"ROC (AUC {evaluation.auc:.3f})", xlabel="share of the lost", ylabel="share of the won")
    figure.suptitle(f"{evaluation.labels} leads, {evaluation.won} won")
    has_date = {".svg": {"Date": None}}.get(out.suffix.lower(), {})
    try:
        with mpl.rc_context({"svg.hashsalt": "leadgen"}):
            figure.savefig(out, metadata=has_date)
    except OSError as error:
        raise NotAPicture(f"{out} cannot be written: {error}") from error
