"""Runs a replay from the operator's request to its report: counts, shows, plays, and reports the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.ids import new_id
from common.kafka_servers import Servers
from leadgen.command_line.time_options import in_singapore
from leadgen.database.owner_connection import connected
from leadgen.kafka.topics import read_topics
from leadgen.replay import planning, replays
from leadgen.replay.errors import ReplayRefused
from leadgen.replay.planning import Plan
from leadgen.replay.playing import Player
from leadgen.replay.replays import Kind, Owner, Replay
from leadgen.replay.slices import Slice, require_company_key, require_consumer
from leadgen.replay.topic_reader import TopicReader, topic_reader

NO_REASON = "none given"


@dataclass(frozen=True)
class ReplayRequest:
    """A replay as the operator requests it."""

    slice: Slice
    consumer: str
    kind: Kind
    afresh: bool
    rate: int
    operator: str
    reason: str | None


@dataclass(frozen=True)
class Screen:
    """The operator's terminal. `confirm` returns the typed reason, or ends the command."""

    say: Callable[[str], None]
    confirm: Callable[[], str | None]
    is_live: bool = False


async def replay(
    database_url: str,
    bootstrap_servers: Servers,
    request: ReplayRequest,
    screen: Screen,
    *,
    dry_run: bool,
    wait_s: float,
) -> dict[str, Any]:
    """Plays a slice, or resumes the unfinished replay of the same slice. Raises ReplayRefused, Unavailable."""
    topics = read_topics()
    require_consumer(topics, request.slice.topic, request.consumer)
    require_company_key(topics, request.slice)
    async with connected(database_url) as db, topic_reader(bootstrap_servers, request.slice.topic) as reader:
        await replays.lock(db, request.slice.topic, request.consumer)
        unfinished = await replays.find_unfinished(
            db, request.kind, request.slice, request.consumer, afresh=request.afresh
        )
        plan = await planning.count(reader, request.slice, None if unfinished is None else unfinished.ends)
        _show(request, plan, unfinished, screen)
        if dry_run or not plan.events:
            return {"kind": request.kind, "dry_run": dry_run, **_planned(plan)}
        if unfinished is None and request.kind == "rerun":
            await replays.require_no_other_rerun(db, request.slice.topic, request.consumer)
        reason = screen.confirm()
        if unfinished is None:
            unfinished = await _begin(db, request, plan, reason)
        return await _play(db, reader, unfinished, plan, screen, wait_s)


async def resume(
    database_url: str, bootstrap_servers: Servers, replay_id: UUID, screen: Screen, *, wait_s: float
) -> dict[str, Any]:
    """Resumes a replay. Raises ReplayRefused, Unavailable."""
    async with connected(database_url) as db:
        it = await replays.get(db, replay_id)
        if it.state != "running" or it.kind == "rewind":
            raise ReplayRefused(f"replay {replay_id} is {it.state}: there is nothing to resume")
        async with topic_reader(bootstrap_servers, it.slice.topic) as reader:
            await replays.lock(db, it.slice.topic, it.consumer)
            it = await replays.get(db, replay_id)  # another process may have gone on with it until now
            plan = await planning.count(reader, it.slice, it.ends)
            screen.say(f"resumes the {it.kind} of {it.slice} into {it.consumer}: {it.played} of {it.events} played")
            return await _play(db, reader, it, plan, screen, wait_s)


async def history(database_url: str, limit: int) -> list[Replay]:
    """Lists the latest replays."""
    async with connected(database_url) as db:
        return await replays.newest(db, limit)


async def abandon(database_url: str, replay_id: UUID) -> None:
    """Ends a replay whose process is gone. Raises ReplayRefused."""
    async with connected(database_url) as db:
        it = await replays.get(db, replay_id)
        await replays.lock(db, it.slice.topic, it.consumer)
        await replays.end(db, replay_id, "abandoned")


def as_record(it: Replay) -> dict[str, Any]:
    """Returns the row as JSON values."""
    times = {name: getattr(it, name) for name in ("started_at", "ended_at", "first_at", "last_at")}
    return {
        "replay_id": str(it.replay_id),
        "kind": it.kind,
        "topic": it.slice.topic,
        "consumer": it.consumer,
        "slice": it.slice.as_dict(),
        "afresh": it.afresh,
        "operator": it.operator,
        "reason": it.reason,
        "state": it.state,
        "events": it.events,
        "played": it.played,
        "added": it.added,
        "recognised": it.recognised,
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
    }


async def _begin(db: Owner, request: ReplayRequest, plan: Plan, typed: str | None) -> Replay:
    return await replays.begin(
        db,
        new_id(),
        request.kind,
        request.slice,
        request.consumer,
        plan,
        afresh=request.afresh,
        rate=request.rate,
        operator=request.operator,
        reason=request.reason or typed or NO_REASON,
    )


async def _play(
    db: Owner, reader: TopicReader, it: Replay, plan: Plan, screen: Screen, wait_s: float
) -> dict[str, Any]:
    def progressed(now: Replay) -> None:
        if screen.is_live:
            print(f"\r{now.played} of {now.events} played", end="", flush=True)  # noqa: T201 - one line, overwritten

    screen.say(f"replay {it.replay_id}")
    committed = await reader.committed(it.consumer) if it.kind == "repeat" else {}
    player = Player(db, it, screen.say, progressed, committed=committed)
    await player.play(reader, plan.newest)
    if screen.is_live:
        screen.say("")
    report = as_record(await replays.get(db, it.replay_id))
    if it.kind == "repeat":
        screen.say(_checked(it))
        return report
    screen.say(f"{it.played} events are in {it.consumer}'s inbox")
    found = await player.settled(wait_s)
    screen.say(f"{found.done} done, {found.dead} dead letters, {found.open} still open")
    return {**report, "outcomes": found._asdict()}


def _show(request: ReplayRequest, plan: Plan, unfinished: Replay | None, screen: Screen) -> None:
    screen.say(f"{request.kind}{' afresh' if request.afresh else ''} of {request.slice} into {request.consumer}")
    screen.say(
        f"{plan.events} events, from {in_singapore(plan.first_at)} to {in_singapore(plan.last_at)} Singapore time"
    )
    if plan.unreadable and request.kind == "rerun":
        screen.say(f"{plan.unreadable} of them cannot be read and are left out")
    left = plan.events
    if unfinished is not None:
        left -= unfinished.played
        screen.say(
            f"resumes replay {unfinished.replay_id} of {in_singapore(unfinished.started_at)} "
            f"({unfinished.operator}): {unfinished.played} are played; `leadgen replay abandon` to start again"
        )
    screen.say(f"estimate: {max(1, round(left / request.rate))} s or more, at {request.rate} events/s at most")


def _planned(plan: Plan) -> dict[str, Any]:
    times = {name: getattr(plan, name) for name in ("first_at", "last_at")}
    return {"events": plan.events, **{name: None if at is None else at.isoformat() for name, at in times.items()}}


def _checked(it: Replay) -> str:
    known = sum(it.recognised.values())
    states = ", ".join(f"{events} {state}" for state, events in sorted(it.recognised.items()))
    line = f"{known} of {it.played} events were recognised" + (f" ({states})" if states else "")
    return line + (f"; {it.added} were missing and are handled now" if it.added else "; none was missing")
