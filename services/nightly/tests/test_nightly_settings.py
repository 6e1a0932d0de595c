"""The nightly run's settings, as they stand in the environment."""

import pytest

from common.settings import read
from nightly.settings import NightlySettings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Variables that are always there."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/leadgen")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    return monkeypatch


@pytest.mark.parametrize(("given", "tenants"), [("", set()), ("7", {7}), ("1, 2,3 ,", {1, 2, 3})])
def test_tenants_are_listed_with_commas(environment: pytest.MonkeyPatch, given: str, tenants: set[int]) -> None:
    """Spaces and a last comma are forgiven."""
    environment.setenv("SCHED_TENANT_INCLUDE", given)

    assert read(NightlySettings).sched_tenant_include == tenants


def test_a_cap_that_the_database_cannot_hold_is_refused(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any tenant's night begins."""
    environment.setenv("SCHED_DAILY_CAP_PER_TENANT", str(2**31))

    with pytest.raises(SystemExit):
        read(NightlySettings)

    assert "SCHED_DAILY_CAP_PER_TENANT" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["acme", "1;2", "-1", "0", "99999999999"])
def test_a_list_of_something_else_is_refused(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    """With the setting's name and what to give instead."""
    environment.setenv("SCHED_TENANT_EXCLUDE", given)

    with pytest.raises(SystemExit):
        read(NightlySettings)

    said = capsys.readouterr().err
    assert "SCHED_TENANT_EXCLUDE" in said
    assert "separated by commas" in said
