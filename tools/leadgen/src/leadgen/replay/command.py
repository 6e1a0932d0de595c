"""The commands `leadgen replay …`: play, resume, list and abandon."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from leadgen.command_line import time_options
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.login_name import Operator
from leadgen.command_line.options import AsJson, DatabaseUrl, KafkaServers, KafkaServersOrNone
from leadgen.command_line.time_options import in_singapore, parse_moment, parse_past
from leadgen.tenants.tenants import MOST

T = TypeVar("T")

#: Events per second, unless the operator says otherwise: the services set the pace, through the window.
RATE = "5000/s"
#: Seconds that the command waits at the end for the consumer.
WAIT_S = 30.0

replay_app = typer.Typer(
    invoke_without_command=True,
    help="Check that a consumer group has handled a slice of a topic, or have it handled again.\n\n"
    "Without --rerun it is a check: events that the group knows change nothing, and missing ones are handled. With "
    "--rerun all of them are handled again, and all that follows from them. No other group gets the slice. Example: "
    "leadgen replay --topic lead.scored.v1 --into odoo-sync --since 1d",
)

WaitS = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait at the end for the consumer to handle the events.")
]


def parse_rate(text: str) -> int:
    """Parses events per second, such as `500` or `500/s`. Raises typer.BadParameter."""
    number = text.removesuffix("/s")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 1_000_000):
        raise typer.BadParameter(f"{text!r} is not a rate: use events per second, such as 500/s", param_hint="--rate")
    return int(number)


@replay_app.callback()
def replay_command(
    context: typer.Context,
    by: Operator,
    topic: Annotated[str | None, typer.Option(help="The topic, such as lead.scored.v1.")] = None,
    into: Annotated[str | None, typer.Option(help="The consumer group, such as odoo-sync.")] = None,
    tenant: Annotated[int | None, typer.Option(min=0, max=MOST, help="Events of this tenant only.")] = None,
    company: Annotated[str | None, typer.Option(help="Events of the company with this UEN only.")] = None,
    of_run: Annotated[str | None, typer.Option("--run", help="Events of this nightly run or request only.")] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=parse_past, help=f"From this time on. {time_options.HELP}")
    ] = None,
    until: Annotated[datetime | None, typer.Option(parser=parse_moment, help="Before this time.")] = None,
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Handle the events again, and all that follows from them. Default: a check.")
    ] = False,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="With --rerun: buy again what is cached, write unchanged rows again.")
    ] = False,
    rate: Annotated[str, typer.Option(metavar="N/s", help="Events per second at most.")] = RATE,
    reason: Annotated[str | None, typer.Option(help="Why, for the record.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count the slice; play nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Start without asking.")] = False,
    wait_s: WaitS = WAIT_S,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="DATABASE_URL", show_envvar=True, help="The database, with the login that owns the tables."
        ),
    ] = None,
    kafka: KafkaServersOrNone = None,
    as_json: AsJson = False,
) -> None:
    """Play a slice of a topic into one consumer group, in the nightly lane, beside its live events.

    By default this is a check (a repeat): events that the group has already handled change nothing, and missing events
    are handled. With --rerun all events are handled again, under a new replay id. If the command is killed, run it
    again to resume.
    """
    if context.invoked_subcommand is not None:
        return
    given = {"--topic": topic, "--into": into, "DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}
    if missing := [name for name, value in given.items() if not value]:
        raise typer.BadParameter(f"needs {', '.join(missing)}")
    if afresh and not rerun:
        raise typer.BadParameter("--afresh requires --rerun", param_hint="--afresh")
    if since is not None and until is not None and until <= since:
        raise typer.BadParameter("it is not after --since", param_hint="--until")

    from leadgen.replay import running
    from leadgen.replay.slices import Slice

    order = running.ReplayRequest(
        Slice(topic or "", tenant, company, of_run, since, until),
        into or "",
        "rerun" if rerun else "repeat",
        afresh=afresh,
        rate=parse_rate(rate),
        operator=by,
        reason=reason,
    )
    screen = running.Screen(say=_say(as_json), confirm=_confirm(yes=yes or as_json), is_live=_is_live(as_json))
    report = _run(running.replay(database_url or "", kafka or "", order, screen, dry_run=dry_run, wait_s=wait_s))
    if as_json:
        typer.echo(json.dumps(report))


@replay_app.command("resume")
def resume_command(
    replay_id: Annotated[UUID, typer.Argument(help="The id that `leadgen replay list` shows.")],
    database_url: DatabaseUrl,
    kafka: KafkaServers,
    wait_s: WaitS = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Resume a replay that was killed or interrupted."""
    from leadgen.replay import running

    screen = running.Screen(say=_say(as_json), confirm=lambda: None, is_live=_is_live(as_json))
    report = _run(running.resume(database_url, kafka, replay_id, screen, wait_s=wait_s))
    if as_json:
        typer.echo(json.dumps(report))


@replay_app.command("list")
def list_command(
    database_url: DatabaseUrl,
    limit: Annotated[int, typer.Option(min=1, help="Number of replays to list, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List replays and rewinds: who, what, when, why, and how far they got."""
    from rich.table import Column, Table

    from leadgen.command_line.terminal import print_table
    from leadgen.replay import running

    found = run_or_exit(running.history(database_url, limit))
    if as_json:
        typer.echo(json.dumps({"replays": [running.as_record(it) for it in found]}))
        return
    table = Table("started", Column("replay", no_wrap=True), "what", "into", "played", "state", "by", "reason")
    for it in found:
        what = f"{it.kind}{' afresh' if it.afresh else ''} of {it.slice}"
        played = f"{it.played} of {it.events}"
        table.add_row(
            in_singapore(it.started_at), str(it.replay_id), what, it.consumer, played, it.state, it.operator, it.reason
        )
    print_table(table, markup=False)


@replay_app.command("abandon")
def abandon_command(
    replay_id: Annotated[UUID, typer.Argument(help="The id that `leadgen replay list` shows.")],
    database_url: DatabaseUrl,
) -> None:
    """Give up a replay that was killed: what it has played stays, the rest is not played."""
    from leadgen.replay import running

    run_or_exit(running.abandon(database_url, replay_id))
    typer.echo(f"replay {replay_id} is abandoned")


def rewind_command(
    topic: Annotated[str, typer.Option(help="The topic, such as lead.scored.v1.")],
    group: Annotated[str, typer.Option(help="The consumer group, such as odoo-sync. It must be stopped.")],
    to: Annotated[str, typer.Option(help=f"`earliest`, `latest`, or a time: {time_options.HELP}")],
    by: Operator,
    database_url: DatabaseUrl,
    kafka: KafkaServers,
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Handle the events again, and all events that follow from them.")
    ] = False,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="With --rerun: buy again what is cached, write unchanged rows again.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "none given",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the offsets; set none.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set the offsets of a stopped consumer group in a topic, to a time or to an end of the topic.

    Events that the group has already handled change nothing when they are read again, unless --rerun is given. For a
    part of a topic, or for a running group, use `leadgen replay`.
    """
    if afresh and not rerun:
        raise typer.BadParameter("--afresh requires --rerun", param_hint="--afresh")
    from leadgen.replay import rewinding

    target: rewinding.Target = "earliest" if to == "earliest" else "latest" if to == "latest" else parse_past(to)
    how = {"is_rerun": rerun, "afresh": afresh, "dry_run": dry_run}
    done = run_or_exit(rewinding.rewind(database_url, kafka, topic, group, target, operator=by, reason=reason, **how))
    if as_json:
        offsets = {number: [done.before[number], after] for number, after in done.after.items()}
        found = {"replay_id": done.replay_id, "again": done.again, "left_out": done.left_out, "offsets": offsets}
        typer.echo(json.dumps(found))
        return
    for number, after in sorted(done.after.items()):
        typer.echo(f"partition {number}: {done.before[number]} -> {after}")
    known = "handled again" if rerun else "recognised if its inbox knows them"
    typer.echo(f"{done.again} events are read again by {group}, and {known}")
    if done.left_out:
        typer.echo(f"{done.left_out} events are left out: `leadgen replay` can still play them")
    typer.echo("nothing was set" if dry_run else f"set, as {done.replay_id}; start {group} now")


def _run(work: Coroutine[Any, Any, T]) -> T:
    def run(coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run(coroutine)
        except KeyboardInterrupt:
            typer.secho("interrupted; `leadgen replay list` shows how far it got", fg="yellow", err=True)
            raise typer.Exit(130) from None

    return run_or_exit(work, run=run)


def _say(as_json: bool) -> Callable[[str], None]:
    return lambda line: typer.echo(line, err=as_json)


def _is_live(as_json: bool) -> bool:
    return not as_json and sys.stdout.isatty()


def _confirm(*, yes: bool) -> Callable[[], str | None]:
    """Builds the question before a replay: on a terminal it asks for the reason and for confirmation."""

    def confirm() -> str | None:
        if yes or not sys.stdin.isatty():
            return None
        reason: str = typer.prompt("Why (for the record)", default="", show_default=False)
        typer.confirm("Go?", abort=True)
        return reason or None

    return confirm
