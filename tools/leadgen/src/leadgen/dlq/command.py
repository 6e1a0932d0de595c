"""The commands `leadgen dlq …`."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import click
import typer

from common.delivery.dead_letters import Letter, Selection
from leadgen.command_line.exit_codes import FAILED, run_or_exit
from leadgen.command_line.login_name import Operator
from leadgen.command_line.options import AsJson, DatabaseUrl
from leadgen.command_line.time_options import HELP, in_singapore, parse_moment
from leadgen.command_line.wording import counted
from leadgen.dlq import running, screen
from leadgen.dlq.correction import Corrected, CorrectionRefused, from_text, to_text

dlq_app = typer.Typer(no_args_is_help=True, help="List, show, correct, retry, drop and export dead letters.")

#: Seconds that a retry waits for the outcome.
WAIT_S = 30.0

Ids = Annotated[list[UUID] | None, typer.Argument(help="Ids of dead letters. Default: all that pass the filters.")]
Id = Annotated[UUID, typer.Argument(help="The id of a dead letter.")]
Consumer = Annotated[str | None, typer.Option(help="Dead letters of this service only.")]
Topic = Annotated[str | None, typer.Option(help="Dead letters of this topic only.")]
Reason = Annotated[str | None, typer.Option("--reason", "--error", help="Dead letters with these words in the error.")]
Error = Annotated[str | None, typer.Option("--error", help="Dead letters with these words in the error.")]
Tenant = Annotated[int | None, typer.Option(help="Dead letters of this tenant only; -1: those without a tenant.")]
Since = Annotated[datetime | None, typer.Option(parser=parse_moment, help=f"Dead letters from this time on. {HELP}")]
Until = Annotated[datetime | None, typer.Option(parser=parse_moment, help="Dead letters from before this time.")]
All = Annotated[bool, typer.Option("--all", help="All dead letters, without any filter.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the number of dead letters; change nothing.")]
WaitS = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for the outcome.")]


@dlq_app.command("list")
def list_command(
    database_url: DatabaseUrl,
    consumer: Consumer = None,
    topic: Topic = None,
    reason: Reason = None,
    tenant: Tenant = None,
    since: Since = None,
    until: Until = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Select dropped dead letters instead.")] = False,
    each: Annotated[bool, typer.Option("--each", help="Print one line per dead letter, without groups.")] = False,
    as_json: AsJson = False,
) -> None:
    """List dead letters by reason, with their number and the times of the first and the last."""
    from rich.table import Column, Table

    from leadgen.command_line.terminal import print_table

    selected = Selection(None, consumer, topic, reason, tenant, since, until, dropped)
    if each:
        letters = run_or_exit(running.found(database_url, selected))
        if as_json:
            typer.echo(json.dumps({"letters": [screen.as_record(it) for it in letters]}))
            return
        table = Table("dead since", "consumer", "topic", "tenant", Column("id", no_wrap=True), "error")
        for letter in letters:
            died = in_singapore(letter.dead_at)
            tenant_id = str(letter.tenant_id)
            table.add_row(died, letter.consumer, letter.topic, tenant_id, str(letter.event_id), letter.error)
        print_table(table, markup=False)
        return
    groups = run_or_exit(running.groups(database_url, selected))
    if as_json:
        typer.echo(json.dumps({"groups": [screen.as_group(it) for it in groups]}))
        return
    table = Table("letters", "consumer", "topic", "reason", "first", "last", Column("newest", no_wrap=True))
    for it in groups:
        reason_shown = it.example if it.letters == 1 else it.reason
        times = in_singapore(it.first_at), in_singapore(it.last_at)
        table.add_row(str(it.letters), it.consumer, it.topic, reason_shown, *times, str(it.newest))
    if groups:
        print_table(table, markup=False)
    typer.echo(counted(sum(it.letters for it in groups), "dead letter"))


@dlq_app.command("show")
def show_command(event_id: Id, database_url: DatabaseUrl, consumer: Consumer = None, as_json: AsJson = False) -> None:
    """Show a dead letter: the failing handler and its error, headers, body, and what was done about it."""
    letter, actions, is_overtaken = run_or_exit(running.one(database_url, Selection([event_id], consumer)))
    if as_json:
        typer.echo(json.dumps(screen.as_record(letter)))
        return
    typer.echo("\n".join(screen.lines_of(letter, actions, is_overtaken=is_overtaken)))


@dlq_app.command("retry")
def retry_command(
    database_url: DatabaseUrl,
    by: Operator,
    ids: Ids = None,
    consumer: Consumer = None,
    topic: Topic = None,
    reason: Reason = None,
    tenant: Tenant = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    edit: Annotated[bool, typer.Option("--edit", help="Correct the message in $EDITOR first; one id only.")] = False,
    why: Annotated[str | None, typer.Option(help="Why, for the record.")] = None,
    dry_run: DryRun = False,
    wait_s: WaitS = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Retry dead letters: the service that failed handles them again, in order per key. Prints the outcome.

    The exit code is 1 if an event becomes a dead letter again.
    """
    selected = Selection(ids or None, consumer, topic, reason, tenant, since, until)
    _require_filter(selected, everything=everything)
    if edit:
        if len(ids or ()) != 1 or dry_run:
            raise typer.BadParameter("needs one id, and no --dry-run", param_hint="--edit")
        letter, _, _ = run_or_exit(running.one(database_url, selected))
        corrected = _edited(letter)
        retried = run_or_exit(running.correct(database_url, letter, corrected, by, why, wait_s=wait_s))
    else:
        retried = run_or_exit(running.retry(database_url, selected, by, why, dry_run=dry_run, wait_s=wait_s))
    if as_json:
        next_at = None if retried.next_at is None else retried.next_at.isoformat()
        typer.echo(json.dumps({**retried._asdict(), "next_at": next_at, "dry_run": dry_run}))
    else:
        lines = [f"{retried.letters} would be retried"] if dry_run else screen.outcome_of(retried)
        typer.echo("\n".join([*screen.warning_of(retried.overtaken), *lines]))
    if retried.dead:
        raise typer.Exit(FAILED)


@dlq_app.command("drop")
def drop_command(
    database_url: DatabaseUrl,
    by: Operator,
    reason: Annotated[str, typer.Option(help="Why they need not be handled. It is kept.")],
    ids: Ids = None,
    consumer: Consumer = None,
    topic: Topic = None,
    error: Error = None,
    tenant: Tenant = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    dry_run: DryRun = False,
) -> None:
    """Leave dead letters unhandled, for a reason that is kept. They are no longer counted or listed."""
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    selected = Selection(ids or None, consumer, topic, error, tenant, since, until)
    _require_filter(selected, everything=everything)
    dropped = run_or_exit(running.drop(database_url, selected, by, reason, dry_run=dry_run))
    typer.echo(f"{dropped} would be dropped" if dry_run else f"{dropped} dropped: {reason}")


@dlq_app.command("export")
def export_command(
    database_url: DatabaseUrl,
    out: Annotated[Path | None, typer.Option(help="The file. Default: standard output.")] = None,
    consumer: Consumer = None,
    topic: Topic = None,
    reason: Reason = None,
    tenant: Tenant = None,
    since: Since = None,
    until: Until = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Select dropped dead letters instead.")] = False,
) -> None:
    """Write dead letters as JSON lines, each with headers, body, error and handler."""
    if out is not None and not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.absolute().parent}", param_hint="--out")
    selected = Selection(None, consumer, topic, reason, tenant, since, until, dropped)
    letters = run_or_exit(running.found(database_url, selected))
    lines = "".join(f"{json.dumps(screen.as_record(it))}\n" for it in letters)
    if out is None:
        typer.echo(lines, nl=False)
        return
    out.write_text(lines, encoding="utf-8")
    typer.echo(f"{counted(len(letters), 'dead letter')} in {out}")


def _require_filter(selected: Selection, *, everything: bool) -> None:
    if selected.is_all and not everything:
        raise typer.BadParameter("name dead letters by id or filter, or say --all")


def _edited(letter: Letter) -> Corrected:
    """Opens the message in an editor until it matches its topic's contract. Exits if nothing was corrected."""
    original = text = to_text(letter)
    while True:
        try:
            changed = click.edit(text, extension=".json", require_save=False)
        except click.ClickException as error:
            typer.secho(f"the editor failed: {error.message}", fg="red", err=True)
            raise typer.Exit(FAILED) from error
        if not changed or not changed.strip() or changed.strip() == original.strip():
            typer.secho("nothing was corrected; nothing was done", fg="yellow", err=True)
            raise typer.Exit(FAILED)
        try:
            return from_text(letter, changed)
        except CorrectionRefused as refused:
            typer.secho(f"not as {letter.topic} promises: {refused}", fg="red", err=True)
            if not sys.stdin.isatty() or not typer.confirm("Edit again?", default=True):
                typer.secho("nothing was done", fg="yellow", err=True)
                raise typer.Exit(FAILED) from refused
            text = changed
