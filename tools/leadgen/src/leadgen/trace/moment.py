"""A moment in a company's history, and the texts for events, handlings, enrichments, scores and links. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from common.cloudevents import Envelope, Undecodable, decode_body
from common.contracts import (
    EVENTS,
    CompanyEnriched,
    CompanyUpserted,
    Event,
    JobProgressed,
    LeadScored,
    LeadSynced,
    RequestEnrichment,
    RequestIndustry,
)
from common.ids import NO_REPLAY
from lead_features.format import contributions_in

MODELS: Mapping[str, type[Event]] = {event.topic: event for event in EVENTS}
#: Vendors by the step that calls them, and what their units are.
BOUGHT = {
    "find_site": "Tavily credits",
    "tavily": "Tavily credits",
    "understand": "OpenAI tokens",
    "lusha": "Lusha credits",
    "zerobounce": "ZeroBounce credits",
}
#: Criteria of a score that are shown.
CRITERIA = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """An event at a time. `details` are further lines; `event_id` is set for messages."""

    at: datetime
    who: str
    what: str
    details: Sequence[str] = ()
    event_id: UUID | None = None
    replay_id: UUID = NO_REPLAY

    def as_dict(self) -> dict[str, Any]:
        """Builds the JSON form."""
        return asdict(self)


@dataclass(slots=True)
class Copies:
    """A message of a topic with all its positions: a relay that crashed sends a message again."""

    at: datetime
    topic: str
    value: bytes | None
    envelope: Envelope
    source: str
    places: list[str] = field(default_factory=list)


def announced(message: Copies) -> Moment:
    """Describes an event that a service announced."""
    place = ", again at ".join(message.places)
    details = [f"{message.envelope.lane} lane, {place}"]
    if message.envelope.correlation_id:
        details.append(f"follows from request or run {message.envelope.correlation_id}")
    return Moment(
        message.at,
        message.source,
        f"announces {message.topic}: {summary(message.topic, message.value)}",
        details,
        message.envelope.event_id,
        message.envelope.replay_id,
    )


def summary(topic: str, value: bytes | None) -> str:
    """Summarises an event in a few words."""
    model = MODELS.get(topic)
    try:
        event = decode_body(model, value) if model else None
    except Undecodable as error:
        return f"cannot be read: {error}"
    match event:
        case CompanyUpserted(inserted=inserted):
            return "saved as new" if inserted else "saved"
        case CompanyEnriched(site=site, contacts=contacts, facts=facts):
            return f"site {site.outcome}, {len(contacts)} contacts, {len(facts)} facts"
        case LeadScored(score=score, bucket=bucket, model_version=model_version):
            return f"{score:.2f} {bucket} by model {model_version}"
        case LeadSynced(outcome=outcome, held_back=held_back, reason=reason, lead_id=lead_id):
            why = " ".join(it for it in (held_back, reason) if it)
            return f"{outcome}{f', lead {lead_id}' if lead_id else ''}{f' ({why})' if why else ''}"
        case RequestEnrichment(company=company):
            return f"please enrich {company.name}"
        case RequestIndustry(terms=terms):
            return f"please find {', '.join(terms)}"
        case JobProgressed(status=status, processed=processed, total=total):
            return f"{status}, {processed} of {total}"
    return topic


def handled(row: Mapping[str, Any]) -> Moment:
    """Describes an event in an inbox: its state, its attempts and its error."""
    details = []
    if row["failures"] or row["crashes"] or row["attempts"] > 1:
        # Each claim, failure and release counts as one.
        details.append(
            f"claimed, failed or released {row['attempts']} times; {row['failures']} failures, {row['crashes']} crashes"
            " of a worker that held it"
        )
    if row["first_failed_at"]:
        details.append(f"failed first at {row['first_failed_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    if row["error"]:
        details.append(f"error: {row['error']}")
    if row["state"] == "open":
        details.append(f"{row['phase']}, next at {row['next_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    state = {"done": "handled", "dead": "given up", "open": "not handled yet"}[row["state"]]
    return Moment(
        row["received_at"],
        row["consumer"],
        f"takes in {row['topic']}: {state}",
        details,
        row["event_id"],
        row["replay_id"],
    )


def enriched(row: Mapping[str, Any]) -> Moment:
    """Describes an enrichment: its steps, the vendors' calls and their costs."""
    steps = [_step(step) for step in json.loads(row["steps"])]
    return Moment(
        row["enriched_at"],
        "enricher",
        f"enriches: site {row['outcome']}, {row['pages']} pages, in {row['duration_ms']:,} ms",
        [*steps, *(f"degraded: {reason}" for reason in row["degraded_reasons"])],
    )


def _step(step: Mapping[str, Any]) -> str:
    name, units = step["step"], step.get("units") or 0
    said = [f"{name}: {step.get('outcome', 'done')} in {step.get('duration_ms', 0):,} ms"]
    if units:
        said.append(f"paid {units:,} {BOUGHT.get(name, 'units')}")
    if step.get("reason"):
        said.append(str(step["reason"]))
    return ", ".join(said)


def scored(row: Mapping[str, Any]) -> Moment:
    """Describes the present score, with the criteria that count most."""
    details = [row["rationale"], f"of the enrichment of {row['enriched_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"]
    details += [
        ", ".join(filter(None, (f"{it.name}: {it.contribution:+.3f}", it.evidence)))
        for it in contributions_in(row["features"] or "{}")[:CRITERIA]
    ]
    score = f"{row['score']:.2f} {row['bucket']} by model {row['model_version']}"
    return Moment(row["updated_at"], "scorer", f"keeps the score {score}", details)


def linked(row: Mapping[str, Any]) -> Moment:
    """Describes the records in Odoo."""
    ids = {"partner": row["partner_id"], "contact": row["contact_id"], "lead": row["lead_id"]}
    details = [f"in {row['place']}: " + ", ".join(f"{kind} {number}" for kind, number in ids.items() if number)]
    details += [row["reason"]] if row["reason"] else []
    return Moment(
        row["updated_at"],
        "odoo-sync",
        f"keeps the link: {row['outcome']}",
        [*(details if row["place"] else details[1:]), *row["notes"]],
    )


def chosen(row: Mapping[str, Any]) -> Moment:
    """Describes a night that selected the company."""
    details = [": ".join(filter(None, (row["state"], row["error"])))]
    return Moment(
        row["started_at"],
        "nightly",
        f"selects it as number {row['position']} of the night of {row['night']}: {row['detail']}",
        details,
    )


def found(row: Mapping[str, Any]) -> Moment:
    """Describes the request that made the company a candidate of the tenant."""
    terms = json.loads(row["params"] or "{}").get("terms") or []
    about = f"job {row['status']}, {row['processed']} of {row['total']}" if row["status"] else "no job was left"
    wanted = f" for {', '.join(terms)}" if terms else ""
    return Moment(row["created_at"], "upserter", f"makes it a candidate{wanted}", [f"request {row['job_id']}: {about}"])


def replayed(row: Mapping[str, Any]) -> Moment:
    """Describes an operator's rerun of an event."""
    details = [f"replay {row['replay_id']}: {row['reason']}", *(["buys afresh"] if row["afresh"] else [])]
    return Moment(row["started_at"], row["operator"], f"plays {row['topic']} into {row['consumer']} again", details)


def acted(row: Mapping[str, Any]) -> Moment:
    """Describes an operator's action on a dead letter."""
    words = {"retry": "retries", "correct": "corrects", "drop": "drops"}[row["action"]]
    what = f"{words} the dead letter of {row['consumer']}, {row['topic']}"
    return Moment(
        row["at"], row["operator"], what, [row["reason"]] if row["reason"] else [], row["event_id"], row["replay_id"]
    )


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """Sorts moments by time; an event's announcement comes before its intake."""
    return sorted(moments, key=lambda it: (it.at, it.what.startswith("takes in")))


def as_lines(moments: Sequence[Moment], *, marked: UUID | None = None) -> list[str]:
    """Formats the moments, one line each with their details below. The event `marked` has an arrow."""
    width = max((len(it.who) for it in moments), default=0)
    lines = []
    for it in moments:
        mark = "→" if marked is not None and it.event_id == marked else " "
        lines.append(f"{mark} {it.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f"  {it.who:<{width}}  {it.what}")
        ids = [f"event {it.event_id}" + (f", replay {it.replay_id}" if it.replay_id != NO_REPLAY else "")]
        lines += [f"{'':<{29 + width}}{line}" for line in (*(ids if it.event_id else ()), *it.details)]
    return lines
