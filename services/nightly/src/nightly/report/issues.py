"""The failures of a tenant's night in words, each with what to do about it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nightly.report.company_progress import CONSUMERS
from nightly.report.night import Balance, Issue
from nightly.report.reasons import vendor_issues
from nightly.report.wording import day, moment, plural


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts of a tenant's night that may need a person.

    `upsert` is what came of the commands to the upserter: `late` when the companies were selected, `open` still now,
    `dead` letters. `is_over`: the window has ended.
    """

    tenant_id: int
    run_id: str
    night: date
    status: str
    error: str | None
    window_ends_at: datetime
    is_over: bool
    has_icp: bool
    upsert: Mapping[str, int]
    cap: int
    published: int
    skip: Sequence[str]
    dead: Sequence[tuple[str, str]]
    refused: Sequence[str]
    balance: Balance
    degraded: Sequence[tuple[str, int]]
    blocked: str | None
    pauses: Sequence[tuple[str, datetime, str]]
    carried_over: Sequence[tuple[date, int, int]]


def issues_of(it: Circumstances) -> tuple[Issue, ...]:
    """Lists the issues of the night that a person should know."""
    found = [
        *(*_of_the_run(it), *_of_the_upserter(it), *_of_the_selection(it)),
        *(*_dead_letters(it), *_of_odoo(it), *vendor_issues(it.degraded)),
    ]
    if not it.balance.is_balanced:
        words = f"{plural(it.balance.unexplained, 'company is', 'companies are')} not accounted for"
        found.append(Issue("act", words, f"`leadgen audit --tenant {it.tenant_id} --run {it.run_id}` names them."))
    return tuple(found)


def _of_the_run(it: Circumstances) -> Iterable[Issue]:
    if it.status == "failed":
        yield Issue(
            "act",
            f"The run failed: {it.error or 'no reason was recorded'}",
            f"Remove the cause, then run `leadgen nightly --tenant {it.tenant_id}`: it resumes where it stopped.",
        )
    if it.status == "planning" and it.is_over:
        yield Issue(
            "act",
            f"The run was never planned: the night stopped before its turn, and its window ended at "
            f"{moment(it.window_ends_at)}",
            f"The log of the night's command says why it stopped. `leadgen nightly --tenant {it.tenant_id} "
            f"--date {it.night}` runs it now.",
        )
    unfinished = _rest(it.balance, "not taken over yet", "visit not finished", "score not ready", "on the way to Odoo")
    if unfinished and it.status in ("partial", "failed"):
        yield Issue(
            "wait",
            f"{plural(unfinished, 'company was', 'companies were')} not finished when the window ended at "
            f"{moment(it.window_ends_at)}",
            "Nothing to do: they continue by themselves, and are in the next report.",
        )
    if it.skip:
        yield Issue("note", f"Left out on purpose: {', '.join(it.skip)}", "The setting `SCHED_SKIP` names these steps.")
    for night, finished, unfinished in it.carried_over:
        yield Issue(
            "wait" if unfinished else "note",
            f"Of the night of {day(night)}, {plural(finished, 'company was', 'companies were')} finished since, and "
            f"{unfinished:,} {'was' if unfinished == 1 else 'were'} not when this night began",
            f"`leadgen nightly report {night}` shows where they stand now." if unfinished else "Nothing to do.",
        )


def _of_the_upserter(it: Circumstances) -> Iterable[Issue]:
    """Lists the failed commands to the upserter; a failed job is a dead letter too."""
    if dead := max(it.upsert.get("dead", 0), it.upsert.get("jobs_failed", 0)):
        yield Issue(
            "act",
            f"{plural(dead, 'command to the upserter is a dead letter', 'commands to the upserter are dead letters')}: "
            "the companies that they would have found were not available to the selection",
            "`leadgen dlq list --consumer upserter` shows why. When the cause is gone, "
            "`leadgen dlq retry --consumer upserter`.",
        )
    if still := it.upsert.get("open", 0):
        yield Issue(
            "act",
            f"{plural(still, 'command')} to the upserter had not ended when the companies were selected, and "
            f"{'has' if still == 1 else 'have'} not ended yet",
            "Is the upserter running, and does it report an error? Once it has done them, what it finds is there for "
            "the next night.",
        )
    if ended := it.upsert.get("late", 0) - still:
        yield Issue(
            "note",
            f"{plural(ended, 'command')} to the upserter ended after the companies had been selected",
            "What the upserter found is there for the next night. `SCHED_UPSERT_MINUTES` sets how long a night waits.",
        )


def _of_the_selection(it: Circumstances) -> Iterable[Issue]:
    if it.status in ("failed", "planning") or it.published >= max(1, it.cap):
        return
    if it.published == 0:
        words = "No company was due this night"
    else:
        words = f"Only {plural(it.published, 'company was', 'companies were')} due, fewer than the cap of {it.cap:,}"
    if any(it.upsert.get(what) for what in ("late", "dead", "jobs_failed")):
        advice = "The upserter had not finished its search for candidates; see the item about the upserter."
    elif it.has_icp:
        advice = "A wider ICP (`PUT /icp`) finds more."
    else:
        advice = "Without an ICP only what reps ask for becomes a candidate: `PUT /icp` sets an ICP."
    yield Issue("note", words, advice)


def _dead_letters(it: Circumstances) -> Iterable[Issue]:
    for (stage, error), companies in sorted(Counter(it.dead).items(), key=lambda each: (-each[1], each[0])):
        consumer = CONSUMERS[stage]
        about = f"--consumer {consumer} --tenant {it.tenant_id}"
        yield Issue(
            "act",
            f"{plural(companies, 'company was', 'companies were')} given up by the {consumer}: {error}",
            f"`leadgen dlq list {about}` shows more. When the cause is gone, `leadgen dlq retry {about}`.",
        )


def _of_odoo(it: Circumstances) -> Iterable[Issue]:
    if it.blocked is not None:
        yield Issue(
            "act",
            f"Odoo refuses all calls: {it.blocked}",
            f"Fix the connection, then run `leadgen odoo check --tenant {it.tenant_id}`: it sends what waits.",
        )
    for reason, leads in sorted(Counter(it.refused).items(), key=lambda each: (-each[1], each[0])):
        yield Issue(
            "act",
            f"Odoo refused {plural(leads, 'lead')}: {reason}",
            f"Correct it in Odoo, then run `leadgen odoo resync --tenant {it.tenant_id}`.",
        )
    for consumer, since, reason in it.pauses:
        yield Issue(
            "wait",
            f"{consumer} waits since {moment(since)}: {reason}",
            "It tries again by itself, and everything that waits goes through then.",
        )


def _rest(balance: Balance, *causes: str) -> int:
    return sum(rest.companies for rest in balance.rests if rest.cause in causes)
