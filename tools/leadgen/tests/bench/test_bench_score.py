"""The scorer's bench: its events, and a run of it."""

import pytest

from common.cloudevents import encode_body
from common.contracts import CompanyEnriched
from leadgen.bench.cases.score import bench_score
from leadgen.bench.harness.enriched_companies import ICPS, visited
from leadgen.scoring.weights import scorers_model


def test_a_company_is_the_same_each_time() -> None:
    """A company is the same each time, so that runs can be compared; it is a whole event."""
    assert visited(7, 1) == visited(7, 1)
    assert CompanyEnriched.model_validate_json(encode_body(visited(7, 1))) == visited(7, 1)


def test_companies_differ_as_real_ones_do() -> None:
    """Some have a site, contacts and facts, some have none; no two are the same company."""
    events = [visited(number, 1) for number in range(1, 301)]
    assert len({event.company.uen for event in events}) == 300
    assert 0.2 < sum(event.site.outcome == "visited" for event in events) / 300 < 0.9
    assert {fact.field for event in events for fact in event.facts} >= {"customers", "employees", "hiring", "pricing"}
    assert any(contact.name for event in events for contact in event.contacts)


def test_tenants_look_for_all_that_an_icp_can_say() -> None:
    """One or another of them asks for each criterion."""
    asked = {name for icp in ICPS for name, value in icp.model_dump().items() if value not in (None, [])}
    assert asked >= {"industries", "employees_from", "employees_to", "age_from", "age_to", "districts", "technologies"}
    assert scorers_model().criteria.keys() >= {"industry", "size", "age", "geography", "technologies"}


@pytest.mark.timeout(180)
async def test_the_scorer_is_measured(database_url, kafka, tmp_path) -> None:
    """The scorer is measured, as a process: every company has its score and its announcement, or there would be no
    figure.
    """
    figures = await bench_score(database_url, kafka, tmp_path, companies=200, rounds=1, singles=20, warm_up=100)
    assert figures.companies_per_s > 0
    assert 0 < figures.of["p50_ms"] <= figures.p95_ms < figures.of["p95_from_send_ms"]
