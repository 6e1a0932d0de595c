"""Each event against its golden example (`golden/<topic>.json`): producers write it, and consumers read it.

To publish a new event, or to give one an optional field: LEADGEN_REWRITE_GOLDEN=1 pytest tests/contracts, and read the
diff. What may change at all, `test_published_schemas.py` says.
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, encode_body, unpack_headers
from common.contracts import (
    EVENTS,
    CancelJob,
    CheckOdoo,
    Company,
    CompanyEnriched,
    CompanyFact,
    CompanyUpserted,
    Contact,
    Event,
    Icp,
    IcpChanged,
    Industry,
    JobProgressed,
    Lane,
    LeadScored,
    LeadSynced,
    Opening,
    Person,
    Refinement,
    RefreshRegister,
    RequestCandidates,
    RequestEnrichment,
    RequestIndustry,
    RequestNightlyEnrichment,
    RequestRun,
    RequestUpsert,
    ResyncOdoo,
    SearchAnswer,
    Site,
)
from common.delivery.messages import Announcement
from leadgen.kafka.topics import read_topics

GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("LEADGEN_REWRITE_GOLDEN"))
NOW = datetime(2026, 11, 22, 1, 0, 0, 123456, tzinfo=UTC)
JOB = UUID("01a203b4-de3a-7881-ac54-29cc4f5f82cc")

ENVELOPE = Envelope(
    event_id=UUID("01a203b4-de3a-8000-8000-000000000001"),
    tenant_id=7,
    lane="interactive",
    correlation_id=str(JOB),
    replay_id=UUID("01a203b4-de3a-7000-8000-000000000002"),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
COMPANY = Company(
    company_id=42,
    uen="201912345K",
    name="GÖTEBORG CAPS PTE. LTD.",
    entity_type="Local Company",
    status="live",
    incorporated_on=date(2019, 4, 1),
    industry_code="25912",
    industry_norm="manufacture of metal caps",
    secondary_industry_code="01111",
    address="1 FIRST STREET, #01-02",
    postal_code="048616",
    website_domain="caps.example",
    ssic_version="2020",
)
BARE = Company(company_id=43, uen="T08LL0007D", name="BARE LLP")
EMAIL = Contact(
    kind="email",
    value="sales@caps.example",
    is_role=True,
    source_url="http://caps.example/contact",
    name="Ann Tan",
    title="COO",
    vendor="lusha",
    status="do_not_mail",
    sub_status="role_based",
    seniority="c_level",
    function="operations",
    fit=1,
)

ICP = Icp(
    industries=["2020:25"],
    employees_from=10,
    employees_to=500,
    age_from=2,
    age_to=30,
    districts=["22"],
    technologies=["shopify"],
)

#: Every field of each event is given, and everything that may be None is not.
FULL: tuple[Event, ...] = (
    IcpChanged(tenant_id=7, icp=ICP, changed_at=NOW),
    RequestIndustry(
        tenant_id=7,
        request_id=JOB,
        terms=["manufacturing", "café"],
        mode="background",
        sync_limit=10,
        limit=500,
        preferred=["2020:C", "2591"],
    ),
    RequestUpsert(tenant_id=7, job_id=JOB),
    CancelJob(tenant_id=7, job_id=JOB, requested_by="rep@example.com", requested_at=NOW),
    RefreshRegister(),
    RequestCandidates(tenant_id=7, night=NOW.date(), icp=ICP),
    RequestRun(tenant_id=7, night=NOW.date(), requested_by="ann@caps.example", requested_at=NOW, limit=5),
    CompanyUpserted(tenant_id=7, company=COMPANY, inserted=True, job_id=JOB),
    RequestEnrichment(tenant_id=7, company=COMPANY, skip=["crawl"]),
    RequestNightlyEnrichment(tenant_id=7, company=COMPANY, skip=["crawl", "odoo"]),
    CompanyEnriched(
        tenant_id=7,
        company=COMPANY,
        site=Site(
            outcome="visited",
            url="http://caps.example/",
            title="Caps",
            about="We make caps.",
            tech=["wordpress"],
            has_careers=False,
            pages=3,
            found_by="search",
            confidence=0.86,
            guess="http://caps-and-more.example/",
            placeholder="parked",
            profile="https://www.facebook.com/caps",
            moved_from="caps.com.sg",
        ),
        contacts=[EMAIL],
        people=[
            Person(
                name="Ann Tan",
                title="COO",
                seniority="c_level",
                function="operations",
                email="ann@caps.example",
                phone="+6561234567",
                source_url="http://caps.example/team",
                fit=3,
            )
        ],
        degraded_reasons=["/about: HTTP 404"],
        enriched_at=NOW,
        facts=[
            CompanyFact(
                field="employees",
                value="40",
                source_url="http://caps.example/about",
                method="ai",
                confidence=0.6,
                quote="a team of 40",
            )
        ],
        skip=["crawl", "odoo"],
    ),
    LeadScored(
        tenant_id=7,
        company=COMPANY,
        score=0.86,
        bucket="High",
        rationale="a live site with a sales address",
        contact=EMAIL,
        model_version="2026-11-1",
        enriched_at=NOW,
        scored_at=NOW,
        confidence=0.75,
        has_icp=True,
        skip=["crawl", "odoo"],
        opening=Opening(text="hiring 4 roles (careers page)", source_url="https://acme.sg/jobs"),
        ask_for=Person(
            name="Mei Tan",
            title="Director",
            seniority="director",
            function="general_management",
            email="mei@caps.example",
            phone="+6561234568",
            source_url="http://caps.example/team",
            fit=1,
        ),
    ),
    ResyncOdoo(tenant_id=7, requested_at=NOW),
    CheckOdoo(tenant_id=7, requested_by="rep@example.com", requested_at=NOW),
    LeadSynced(
        tenant_id=7,
        company=COMPANY,
        outcome="no_connection",
        partner_id=11,
        lead_id=12,
        contact_id=13,
        held_back="refused",
        reason="the country is unknown",
    ),
    JobProgressed(
        tenant_id=7,
        request_id=JOB,
        job_id=JOB,
        status="error",
        processed=3,
        total=9,
        error="the ninth is broken",
        answer=SearchAnswer(
            resolved=[Industry(version="2020", code="C", level="section", title="MANUFACTURING")],
            matches=12,
            head=[COMPANY],
            remaining=9,
            excluded=[Industry(version="2020", code="10", level="division", title="MANUFACTURE OF FOOD PRODUCTS")],
            founded_since=2020,
            confidence=0.95,
            suggestions=[Industry(version="2020", code="G", level="section", title="WHOLESALE AND RETAIL TRADE")],
            refinements=[Refinement(kind="industry", label="Manufacture of metal caps", matches=7)],
            known=[COMPANY],
            is_register_empty=False,
        ),
        continued_by=UUID("01a203b4-de3a-8881-8c54-29cc4f5f82cd"),
        is_cancelled=True,
    ),
)

#: Only what must be given is; all that may be None is None, however deep.
BARE_ONES: tuple[Event, ...] = (
    IcpChanged(tenant_id=7, icp=Icp(), changed_at=NOW),
    RequestIndustry(tenant_id=7, request_id=JOB, terms=[], sync_limit=0),
    RequestUpsert(tenant_id=7, job_id=JOB),
    CancelJob(tenant_id=7, job_id=JOB, requested_by="rep@example.com", requested_at=NOW),
    RefreshRegister(),
    RequestCandidates(tenant_id=7, night=NOW.date(), icp=Icp()),
    RequestRun(tenant_id=7, night=NOW.date(), requested_by="", requested_at=NOW),
    CompanyUpserted(tenant_id=7, company=BARE, inserted=False, job_id=JOB),
    RequestEnrichment(tenant_id=7, company=BARE),
    RequestNightlyEnrichment(tenant_id=7, company=BARE),
    CompanyEnriched(
        tenant_id=7,
        company=BARE,
        site=Site(outcome="no_site_known"),
        contacts=[],
        degraded_reasons=[],
        enriched_at=NOW,
    ),
    LeadScored(
        tenant_id=7,
        company=BARE,
        score=0,
        bucket="Low",
        rationale="",
        model_version="",
        enriched_at=NOW,
        scored_at=NOW,
    ),
    ResyncOdoo(tenant_id=7, requested_at=NOW),
    CheckOdoo(tenant_id=7, requested_by="rep@example.com", requested_at=NOW),
    LeadSynced(tenant_id=7, company=BARE, outcome="no_connection"),
    JobProgressed(tenant_id=7, request_id=JOB, status="queued", processed=0, total=0),
)


def envelope_of(event: Event) -> Envelope:
    """Builds an envelope of the event's own tenant; 0 for an event of no tenant."""
    return ENVELOPE._replace(tenant_id=event.tenant_id)


def written(event: Event) -> dict[str, Any]:
    """The message as a producer writes it."""
    message = Announcement(event, envelope_of(event)).message("test", NOW.isoformat())
    assert (message.topic, message.key) == (event.topic, event.key.encode())
    return {
        "key": event.key,
        "headers": {name: (value or b"").decode() for name, value in unpack_headers(message.headers)},
        "body": json.loads(message.value or b""),
    }


def golden(event: Event) -> dict[str, Any]:
    """Reads a published example."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{event.topic}.json").read_text(encoding="utf-8"))
    return found


def topic_of(event: object) -> str:
    return event.topic if isinstance(event, Event) else str(event)


@pytest.fixture(autouse=True)
def rewritten() -> None:
    """On demand."""
    for event in FULL if REWRITE else ():
        text = json.dumps(written(event), indent=2, ensure_ascii=False)
        (GOLDEN / f"{event.topic}.json").write_text(text + "\n", encoding="utf-8")


def test_every_event_and_topic_has_its_golden_example() -> None:
    """Every event and topic has its golden example, as many of the one as of the other, and of the list of topics."""
    topics = [event.topic for event in EVENTS]
    assert [event.topic for event in FULL] == [event.topic for event in BARE_ONES] == topics
    assert {file.name.removesuffix(".json") for file in GOLDEN.iterdir()} == set(topics) == set(read_topics().topics)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_the_golden_example_holds_every_field(event: Event) -> None:
    """The golden example holds every field, so that none can change unnoticed; it names no field that the schema does
    not.
    """
    assert holes(golden(event)["body"], type(event).model_json_schema()) == []


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_producer_writes_the_golden_example(event: Event) -> None:
    """Key, headers and body."""
    assert written(event) == golden(event)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_consumer_reads_the_golden_example(event: Event) -> None:
    """A consumer reads the golden example: the same event and the same envelope."""
    published = golden(event)
    assert decode_body(type(event), json.dumps(published["body"]).encode()) == event
    assert decode_headers((name, value.encode()) for name, value in published["headers"].items()) == envelope_of(event)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_consumer_ignores_what_it_does_not_know(event: Event) -> None:
    """A newer producer's fields, at any depth, and headers."""
    body = golden(event)["body"]
    assert decode_body(type(event), json.dumps(with_more(body)).encode()) == event
    headers = {**golden(event)["headers"], "ce_news": "?"}
    assert decode_headers((name, value.encode()) for name, value in headers.items()) == envelope_of(event)


@pytest.mark.parametrize("event", BARE_ONES, ids=topic_of)
def test_what_is_optional_may_be_missing(event: Event) -> None:
    """An event without it comes back as it was, and so does one that says null."""
    body = encode_body(event)
    assert b"null" not in body
    assert decode_body(type(event), body) == event
    assert decode_body(type(event), event.model_dump_json().encode()) == event


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_each_optional_field_alone_may_be_missing(event: Event) -> None:
    """Each optional field alone may be missing, whatever else is there.

    What a producer leaves out because it is None must have a default.
    """
    body, required = golden(event)["body"], set(type(event).model_json_schema().get("required", ()))
    for name in set(body) - required:
        decode_body(type(event), json.dumps({key: value for key, value in body.items() if key != name}).encode())


def test_a_lane_is_one_of_the_two() -> None:
    """The header that tells whether someone waits is part of the contract too."""
    assert get_args(Lane) == ("interactive", "nightly")


def holes(body: Any, schema: dict[str, Any], definitions: Any = None, path: str = "") -> list[str]:
    """The fields of the schema that the example leaves out, and those of the example that the schema lacks."""
    definitions = definitions or schema.get("$defs", {})
    schema = resolved(schema, definitions)
    if isinstance(body, list):
        schema = next((option for option in schema.get("anyOf", ()) if option.get("type") == "array"), schema)
        return [hole for item in body for hole in holes(item, schema["items"], definitions, f"{path}[]")]
    if not isinstance(body, dict):
        return []
    for option in schema.get("anyOf", ()):
        if "$ref" in option:
            schema = resolved(option, definitions)
    found = [f"{path}.{name}" for name in set(schema["properties"]) ^ set(body)]
    for name in set(schema["properties"]) & set(body):
        found += holes(body[name], schema["properties"][name], definitions, f"{path}.{name}")
    return found


def resolved(schema: Any, definitions: Any) -> Any:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def with_more(body: Any) -> Any:
    """Returns the same with a field more in every object."""
    if isinstance(body, list):
        return [with_more(item) for item in body]
    if isinstance(body, dict):
        return {"a_newer_field": 1} | {name: with_more(value) for name, value in body.items()}
    return body
