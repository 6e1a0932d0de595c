"""The report as text, at the width of the console; readable from 80 columns on."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from nightly.report import wording
from nightly.report.night import STAGES, Night, TenantNight, issues_of

STYLES = {"High": "green", "Medium": "yellow", "Low": "dim", "act": "bold red", "wait": "yellow", "note": "dim"}
BAR = 24

#: Reasons for what was left out that are shown.
SHOWN_REASONS = 8


def as_text(night: Night) -> str:
    """Renders the report without colours and shortlists, for the body of an e-mail."""
    text = StringIO()
    show(night, Console(file=text, width=80, color_system=None, force_terminal=False), shortlists=False)
    return text.getvalue()


def show(night: Night, console: Console, *, shortlists: bool = True) -> None:
    """Prints the report."""
    console.print(f"[bold]Night of {wording.day(night.night)}[/]", highlight=False)
    console.print(escape(wording.verdict(night)), highlight=False)
    console.print(_key_figures(night), highlight=False)
    _issues(night, console)
    _heading("From published to synced", console)
    console.print(_funnel(night))
    console.print(_balances(night.tenants))
    _rests(night, console)
    style = "default" if night.is_balanced else "bold red"
    console.print(escape(_plain(wording.balance_words(night))), style=style, highlight=False)
    if without_run := wording.without_run(night):
        console.print(escape(_plain(without_run)), style="bold red" if night.missed else "default", highlight=False)
    if night.spend:
        _heading("Spend against caps", console)
        console.print(_spend(night))
    if night.durations:
        _heading("Slowest steps", console)
        console.print(_durations(night))
    if night.degraded:
        _heading("What was left out, and why", console)
        console.print(_degraded(night))
    if shortlists:
        for tenant in night.tenants:
            _shortlist(tenant, console)


def _heading(words: str, console: Console) -> None:
    console.print(f"\n[bold]{escape(words)}[/]", highlight=False)


def _key_figures(night: Night) -> str:
    figures = [f"{wording.plural(night.new_leads, 'lead is', 'leads are')} new since last night"]
    figures.append("the night is not over" if night.took is None else f"it took {wording.span(night.took)}")
    if night.cost_per_lead is not None:
        figures.append(f"a lead cost {night.cost_per_lead:.3f}")
    return f"[dim]{'; '.join(figures)}[/]"


def _issues(night: Night, console: Console) -> None:
    found = issues_of(night.tenants)
    if found:
        _heading("What happened, and what to do", console)
    for tenant, issue in found:
        mark = {"act": "!", "wait": "~", "note": "-"}[issue.urgency]
        console.print(
            f"[{STYLES[issue.urgency]}]{mark}[/] {escape(f'{tenant.name}: {_plain(issue.words)}')}", highlight=False
        )
        console.print(Padding(f"[dim]{escape(_plain(issue.advice))}[/]", (0, 0, 0, 2)), highlight=False)


def _plain(words: str) -> str:
    return words.replace("`", "")


def _grid(*justify: str) -> Table:
    table = Table.grid(padding=(0, 2))
    for each in justify:
        table.add_column(justify="right" if each == "right" else "left", overflow="fold")
    return table


def _bar(value: float, most: float, width: int = BAR) -> str:
    filled = round(width * value / most) if most else 0
    return f"[cyan]{'█' * filled}[/][dim]{'·' * (width - filled)}[/]"


def _funnel(night: Night) -> Table:
    grid = _grid("left", "left", "right")
    for stage, reached in wording.stages(night.balance):
        grid.add_row(stage, _bar(reached, night.balance.reached[0], 40), wording.count(reached))
    return grid


def _balances(tenants: Sequence[TenantNight]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("tenant", overflow="fold")
    for stage in STAGES:
        table.add_column(stage, justify="right")
    table.add_column("unexplained", justify="right")
    for it in tenants:
        style = "green" if it.balance.is_balanced else "bold red"
        unexplained = f"[{style}]{wording.count(it.balance.unexplained)}[/]"
        table.add_row(escape(it.name), *map(wording.count, it.balance.reached), unexplained)
    return table


def _rests(night: Night, console: Console) -> None:
    for it in night.tenants:
        if it.balance.rests:
            rests = "; ".join(f"{rest.companies:,} {rest.stage}, {rest.cause}" for rest in it.balance.rests)
            console.print(f"{escape(it.name)}: [dim]{escape(rests)}[/]", highlight=False)


def _spend(night: Night) -> Table:
    grid = _grid("left", "left", "right", "right")
    for each in night.spend:
        cap = "" if each.cap is None else f" of {each.cap:,}"
        style = "[bold red]" if each.is_used_up else "[default]"
        grid.add_row(
            each.vendor,
            _bar(each.used, max(each.cap or 0, each.used), 16),
            f"{style}{each.used:,}{cap}[/] {each.unit}",
            f"{wording.units(night.per_lead(each))} per lead",
        )
    return grid


def _durations(night: Night) -> Table:
    most = max(each.slowest for each in night.durations)
    grid = _grid("left", "left", "right", "right", "right")
    grid.add_row("", "", "[dim]half[/]", "[dim]95 %[/]", "[dim]99 %[/]")
    for each in night.durations:
        shares = (wording.milliseconds(each.percentile(share)) for share in (0.5, 0.95, 0.99))
        grid.add_row(wording.step_words(each.step), _bar(each.percentile(0.95), most), *shares)
    return grid


def _degraded(night: Night) -> Table:
    grid = _grid("right", "left")
    for reason, companies in night.degraded[:SHOWN_REASONS]:
        grid.add_row(wording.count(companies), escape(reason))
    others = len(night.degraded) - SHOWN_REASONS
    if others > 0:
        grid.add_row("", f"[dim]and {wording.plural(others, 'other reason')}[/]")
    return grid


def _shortlist(tenant: TenantNight, console: Console) -> None:
    _heading(f"Shortlist of {tenant.name}", console)
    if not tenant.shortlist:
        console.print("[dim]No lead this night.[/]")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for lead in tenant.shortlist:
        style = STYLES[lead.bucket]
        new = " [green]new[/]" if lead.is_new else ""
        lines = [
            f"[bold]{escape(lead.name)}[/] [dim]{lead.uen}[/]{new}",
            escape(lead.rationale),
            f"[dim]{escape(lead.contact or 'no contact found')} · {escape(lead.why_selected)} · {escape(lead.odoo)}[/]",
        ]
        table.add_row(str(lead.rank), f"[{style}]{lead.score:.2f} {lead.bucket}[/]", "\n".join(lines))
    console.print(table, highlight=False)
