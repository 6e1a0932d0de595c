"""Explanations and figures in the terminal, as tables."""

from rich.markup import escape
from rich.table import Table

from leadgen.command_line.terminal import print_table, wide_enough
from leadgen.scoring.fitting import Proposal
from leadgen.scoring.leads import Explanation
from leadgen.scoring.measures import Evaluation


def show_explanation(lead: Explanation) -> None:
    """Prints the score as a sum: the score of an unknown company, and the contribution of each finding."""
    console = wide_enough()
    known = "" if lead.confidence is None else f", {lead.confidence:.0%} of what counts is known"
    console.print(f"[bold]{escape(lead.name)}[/]  {lead.uen}  [dim]tenant {lead.tenant_id}[/]", highlight=False)
    console.print(f"[bold]{lead.score:.4g} {lead.bucket}[/]{known}", highlight=False)
    console.print(escape(lead.rationale), highlight=False)
    table = Table(show_footer=True)
    table.add_column("feature", "score")
    table.add_column("group")
    table.add_column("value", justify="right")
    table.add_column("weight", justify="right")
    table.add_column("adds", f"{lead.score:.4f}", justify="right")
    table.add_column("evidence", overflow="fold", ratio=3)
    table.add_column("source", overflow="fold", ratio=2)
    if lead.base is not None:
        table.add_row("[dim]base[/]", "", "", "", f"{lead.base:.4f}", "[dim]if nothing were known[/]", "", style="dim")
    for each in lead.contributions:
        table.add_row(
            escape(each.name),
            each.group or "",
            "unknown" if each.value is None else f"{each.value:.2f}",
            "" if each.weight is None else f"{each.weight:.4f}",
            f"{each.contribution:+.4f}",
            escape(each.evidence or ""),
            escape(each.source or ""),
            style="dim" if each.value is None else "",
        )
    print_table(table, console)
    icp = {True: "by the tenant's ICP", False: "without an ICP", None: "by a model that knew no ICP"}[lead.has_icp]
    console.print(f"[dim]model {lead.model_version}, {icp}; enriched {lead.enriched_at:%Y-%m-%d %H:%M %Z}[/]")


def show_evaluation(evaluation: Evaluation) -> None:
    """Prints the figures, and the calibration as a table."""
    console = wide_enough()
    missing = f", {evaluation.missing} more without a score" if evaluation.missing else ""
    console.print(f"{evaluation.labels} outcomes, {evaluation.won} won{missing}", highlight=False)
    console.print(f"AUC {evaluation.auc:.4f}   Brier {evaluation.brier:.4f}", highlight=False)
    table = Table("score", "leads", "mean score", "share won")
    for each in evaluation.calibration:
        means = [f"{mean:.3f}" if mean is not None else "" for mean in (each.mean_score, each.share_won)]
        table.add_row(f"{each.low:.1f}-{each.high:.1f}", str(each.count), *means)
    print_table(table, console)


def show_proposal(proposal: Proposal) -> None:
    """Prints the proposed weights beside the present ones, and the measures of both on leads outside of the fit."""
    console = wide_enough()
    missing = f", {proposal.missing} more without features" if proposal.missing else ""
    console.print(f"{proposal.labels} outcomes, {proposal.won} won{missing}", highlight=False)
    console.print(
        f"AUC, cross-validated: {proposal.auc_proposed:.4f} proposed, {proposal.auc_current:.4f} with current weights",
        highlight=False,
    )
    table = Table("feature", "now", "proposed", "")
    for name, weight in sorted(proposal.weights.items(), key=lambda it: (-it[1], it[0])):
        kept = "kept: always the same in these outcomes" if name in proposal.kept else ""
        table.add_row(name, f"{proposal.current[name]:.4f}", f"{weight:.4f}", kept)
    print_table(table, console)
