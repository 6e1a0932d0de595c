"""The command: its options, its exit codes, and one clear line for whatever is wrong with the input."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from common.observability import logs
from common.postgres import Database
from common.service import Compose
from common.singapore.calendar import day_in_singapore
from nightly import main
from nightly.command import read_command
from nightly.model import RunRefused, Tenant
from nightly.night import run_night
from nightly.plan.given_manifests import GivenManifest, read_manifests, targets_of
from nightly.plan.plans import as_text
from nightly.rules import rules_of
from nightly.settings import NightlySettings
from nightly.summary import DONE, FAILED, PARTIAL, Summary, TenantOutcome
from testkit.stages import a_company

NIGHT = date(2026, 11, 23)
#: The command, but for how long it waits for a broker.
IMPATIENT = "from nightly import main; main.KAFKA_S = 1.0; main.main()"
NOWHERE = {"DATABASE_URL": "postgresql://127.0.0.1:1/leadgen", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
TODAY = day_in_singapore(datetime.now(UTC))


def ended(
    *arguments: str, program: Sequence[str] = ("-m", "nightly"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """`python -m nightly` to its end, with what it needs but nothing that answers."""
    return subprocess.run(
        [sys.executable, *program, *arguments],
        env=NOWHERE | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        (["--help"], {"DATABASE_URL": "nonsense"}, 0, "--from-manifest"),
        ([], {"SCHED_ENABLED": "false"}, None, "SCHED_ENABLED is false: nothing was published."),
        (["--limit", "few"], {}, 2, "leadgen-nightly: argument --limit: 'few' is not a number of companies"),
        (["--tenant", "acme"], {}, 2, "'acme' is not a tenant number"),
        (["--date", "tomorrow"], {}, 2, "'tomorrow' is not a date such as"),
        ([], {"SCHED_SKIP": "crawl,coffee"}, 2, "setting SCHED_SKIP: Value error, 'coffee' is not a step"),
        (["--date", "2099-01-01"], {}, 1, "Nothing was published: the night of 2099-01-01 has not come yet"),
        (["--from-manifest", "/no/such/file"], {}, 1, "/no/such/file is neither a run's id nor a file"),
        ([], {}, 1, "Nothing was published: PostgreSQL"),
        ([], {"DATABASE_URL": "nonsense"}, 1, "Nothing was published: PostgreSQL refuses"),
    ],
)
def test_wrong_input_is_one_line_and_an_exit_code(
    arguments: list[str],
    environment: dict[str, str],
    code: int | None,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wrong input is one line and an exit code, and nothing is started for it, nor for --help."""
    for name, value in {**NOWHERE, **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["leadgen-nightly", *arguments])
    monkeypatch.setattr(logs, "configure", lambda *_, **__: None)  # the log stays as the tests have it

    if code is None:
        main.main()
    else:
        with pytest.raises(SystemExit) as ended_with:
            main.main()
        assert ended_with.value.code == code

    shown = capsys.readouterr()
    assert says in shown.out + shown.err
    if code:
        assert len(shown.err.splitlines()) == 1
        assert not shown.out


async def test_without_kafka_it_ends_with_one_line_before_anything_is_written(nights: Any, database_url: str) -> None:
    """After a bounded time; a dry run needs no Kafka."""
    await nights.candidates(1)
    environment = {"DATABASE_URL": database_url, "SCHED_REQUIRE_ODOO": "false"}

    result = ended("--tenant", "1", program=("-c", IMPATIENT), **environment)

    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line == "Nothing was published: Kafka does not answer at 127.0.0.1:1 (waited 1 s)"
    assert not result.stdout
    assert await nights.owner.fetchval("SELECT count(*) FROM enrichment_runs") == 0
    assert await nights.owner.fetchval("SELECT count(*) FROM outbox") == 0
    dry = ended("--tenant", "1", "--dry-run", "--json", **environment)
    assert [it["uen"] for it in json.loads(dry.stdout)[0]["companies"]] == ["U001"]
    assert await nights.owner.fetchval("SELECT count(*) FROM enrichment_runs") == 0


async def test_a_login_without_the_service_role_is_refused_in_one_line(database_url: str, owner: Any) -> None:
    """It says what to grant."""
    place = urlsplit(database_url)
    login = f"stranger_{place.path.strip('/')}"
    await owner.execute(f"CREATE ROLE {login} LOGIN")
    try:
        stranger = place._replace(netloc=f"{login}@{place.hostname}:{place.port}").geturl()
        result = ended("--tenant", "1", DATABASE_URL=stranger)
    finally:
        await owner.execute(f"DROP ROLE {login}")

    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Nothing was published: PostgreSQL refuses: ")
    assert "GRANT leadgen_nightly TO <login>" in line


def test_options_replace_settings() -> None:
    """Lists may be given in one or in several; without any the settings hold."""
    command = read_command(["--tenant", "1,2", "--tenant", "3", "--exclude", "2", "--no-wait", "--limit", "0"])
    assert (command.tenants, command.include, command.exclude) == ({1, 2, 3}, None, {2})
    assert (command.wait, command.limit, command.is_dry_run) == (False, 0, False)
    assert read_command([]).wait


@pytest.mark.parametrize(
    ("night", "says"),
    [(TODAY + timedelta(days=1), "has not come yet"), (TODAY - timedelta(days=8), "is too long ago")],
)
def test_only_nights_of_the_last_week_may_be_run(night: date, says: str) -> None:
    """By Singapore's date."""
    settings = NightlySettings(database_url="-", kafka_bootstrap_servers="-")
    with pytest.raises(RunRefused, match=says):
        rules_of(settings, night, today=TODAY)
    assert rules_of(settings, TODAY, today=TODAY, limit=3).caps_of(Tenant(1, "Acme")).cap == 3


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


async def test_a_dry_run_writes_nothing_and_says_why(nights: Any) -> None:
    """Each company with its reason, and what was due."""
    from nightly.night import plans

    await nights.candidates(3)
    made = await plans(nights.database, await nights.chosen(only=(1,)), nights.rules(limit=2))

    lines = as_text(made, NIGHT).splitlines()
    assert lines[0] == "tenant 1, Tenant 1: 2 companies of at most 2; due are 3 new, 0 stale, 0 updated"
    assert lines[1].split(maxsplit=3) == ["1", "U001", "new", "COMPANY U001: not seen before"]
    assert lines[-1] == "night of 2026-11-23: nothing was written"
    for table in ("enrichment_runs", "run_manifests", "run_companies", "outbox"):
        assert await nights.owner.fetchval(f"SELECT count(*) FROM {table}") == 0


def outcome(status: str, error: str | None = None) -> TenantOutcome:
    return TenantOutcome(1, "Acme", status=status, error=error)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], DONE),
        ([outcome("done"), outcome("done")], DONE),
        ([outcome("running")], DONE),
        ([outcome("done"), outcome("skipped")], DONE),
        ([outcome("done"), outcome("partial")], PARTIAL),
        ([outcome("done"), outcome("failed", "OSError")], PARTIAL),
        ([outcome("failed", "OSError")], FAILED),
        ([outcome("failed", "OSError"), outcome("skipped")], FAILED),
        ([outcome("skipped")], DONE),
    ],
)
def test_the_exit_code_tells_success_partial_and_failure(outcomes: list[TenantOutcome], code: int) -> None:
    """0, 3 and 1."""
    assert Summary(NIGHT, tuple(outcomes), (), 1.0).exit_code == code


def test_requests_have_the_workers_that_the_setting_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway announces them in the nightly lane."""
    lanes: dict[str, Any] = {}
    settings = NightlySettings(database_url="-", kafka_bootstrap_servers="-", nightly_request_workers=7)
    monkeypatch.setattr(main, "read_for_service", lambda *_: settings)
    monkeypatch.setattr(main, "run", lambda *_, **given: lanes.update(given))

    main.serve()

    assert lanes == {"interactive": 1, "nightly": 7}


async def test_the_stage_lives_as_long_as_it_follows_the_runs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that task no run would get its end: /livez watches it."""
    composed: list[Compose] = []
    settings = NightlySettings(database_url="-", kafka_bootstrap_servers="-")
    monkeypatch.setattr(main, "read_for_service", lambda *_: settings)
    monkeypatch.setattr(main, "run", lambda *given, **_: composed.append(given[2]))
    main.serve()

    async with composed[0](database) as stage:
        assert [task.get_name() for task in stage.tasks] == ["following", "night gauges"]
        assert not any(task.done() for task in stage.tasks)


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
