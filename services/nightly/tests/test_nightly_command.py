"""The command: its options, its exit codes, and one clear line for whatever is wrong with the input."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from common.observability import logs
from common.postgres import Database
from common.service import Compose
from common.singapore.calendar import day_in_singapore
from nightly import main
from nightly.command import read_command
from nightly.model import RunRefused, Tenant
from nightly.plan.plans import as_text
from nightly.rules import rules_of
from nightly.settings import NightlySettings
from nightly.summary import DONE, FAILED, PARTIAL, Summary, TenantOutcome

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
