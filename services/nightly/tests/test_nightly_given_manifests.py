"""Companies that the operator names for a night: in a manifest, or by an earlier run."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from nightly import main
from nightly.model import RunRefused
from nightly.night import run_night
from nightly.plan.given_manifests import GivenManifest, read_manifests, targets_of
from testkit.stages import a_company

NIGHT = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a manifest: Invalid JSON"),
        ("[]]", "is not a manifest: Invalid JSON"),
        ('{"companies": []}', "is not a manifest: tenant_id: Field required"),
        ('{"tenant_id": 0, "companies": []}', "is not a manifest: tenant_id: Input should be greater"),
        ('{"tenant_id": 1, "companies": [{}]}', "is not a manifest: companies.0: Value error, a company needs a uen"),
        ('{"tenant_id": 1, "companies": "all"}', "is not a manifest: companies: Input should be"),
        ('[{"tenant_id": 1, "companies": []}, {"tenant_id": 1, "companies": []}]', "it lists tenant 1 twice"),
    ],
)
def test_a_broken_manifest_is_refused_with_its_first_fault(text: str, says: str) -> None:
    """In one line."""
    with pytest.raises(RunRefused) as refused:
        read_manifests(text, "m.json")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("companies", "cap", "says"),
    [
        ([{"uen": "U3"}], 5, "company U3 of the manifest is not a candidate of tenant 1"),
        ([{"company_id": 1, "uen": "U2"}], 5, "company U2 of the manifest is not a candidate"),
        ([{"uen": "U1"}, {"company_id": 1}], 5, "the manifest of tenant 1 lists company U1 twice"),
        ([{"uen": "U1"}, {"uen": "U2"}], 1, "has 2 companies; at most 1 may be run"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(companies: list[dict[str, Any]], cap: int, says: str) -> None:
    """Unknown companies, those of another tenant, repeats, and more than the cap."""
    given = GivenManifest.model_validate({"tenant_id": 1, "companies": companies})
    with pytest.raises(RunRefused, match=says):
        targets_of(given, [a_company("U1", company_id=1), a_company("U2", company_id=2)], cap=cap)


async def test_a_given_manifest_is_refused_before_anything_is_written(nights: Any) -> None:
    """A given manifest is refused before anything is written, also for a second tenant, and also if the run has another
    manifest already.
    """
    await nights.candidates(2)
    await nights.candidates(1, tenant_id=2, prefix="V")
    chosen = await nights.chosen(only=(1, 2))
    manifests = {
        tenant: GivenManifest.model_validate({"tenant_id": tenant, "companies": [{"uen": uen}]})
        for tenant, uen in ((1, "U002"), (2, "U001"))
    }
    with pytest.raises(RunRefused, match="U001 of the manifest is not a candidate of tenant 2"):
        await run_night(nights.database, chosen, nights.rules(), given=manifests)
    assert await nights.owner.fetchval("SELECT count(*) FROM enrichment_runs") == 0
    assert await nights.owner.fetchval("SELECT count(*) FROM outbox") == 0

    only = {1: manifests[1]}
    await nights.start(given=only)
    await nights.start(given=only)
    assert await nights.selected() == ["U002"]
    other = GivenManifest.model_validate({"tenant_id": 1, "companies": [{"uen": "U001"}]})
    with pytest.raises(RunRefused, match="has a run of 2026-11-23 already, with another manifest"):
        await nights.start(given={1: other})
    assert await nights.selected() == ["U002"]


def test_a_run_id_of_nobody_is_no_manifest(tmp_path: Path) -> None:
    """A UUID is a run's, anything else is a file."""
    file = tmp_path / "m.json"
    file.write_text("{}")
    assert main.origin_of(str(file)).text == "{}"
    assert main.origin_of(str(UUID(int=7))).run_id == UUID(int=7)


async def test_the_companies_of_an_earlier_run_can_be_run_again(nights: Any) -> None:
    """By that run's id, for its own tenant only."""
    from nightly.night import read_origin
    from nightly.plan.given_manifests import Origin

    await nights.candidates(2)
    await nights.start()
    origin = Origin(run_id=nights.run_id())

    given = await read_origin(nights.database, await nights.chosen(only=(1, 2)), origin)
    tomorrow = NIGHT + timedelta(days=1)
    await nights.start(nights.rules(tomorrow), given=given)

    assert await nights.selected(night=tomorrow) == ["U001", "U002"]
    reasons = await nights.owner.fetch("SELECT DISTINCT reason FROM run_companies WHERE night = $1", tomorrow)
    assert [row["reason"] for row in reasons] == ["given"]
    with pytest.raises(RunRefused, match="none of the tenants to be run has a manifest"):
        await read_origin(nights.database, await nights.chosen(only=(2,)), origin)
