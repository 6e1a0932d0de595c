"""The commands that a night's report advises exist, with the options that it names."""

import re
import shlex
from dataclasses import replace
from typing import Any

import pytest
import typer

from leadgen.cli import app
from nightly.report.issues import Circumstances, issues_of
from nightly.report.night import STAGES, Balance, Rest
from testkit.nights.runs import NIGHT, STARTED

#: A night in which everything went wrong that the report knows of.
EVERYTHING = Circumstances(
    tenant_id=7,
    run_id="01a203ba-97cf-7df2-8c6f-9c630218ff68",
    night=NIGHT,
    status="failed",
    error="Kafka is away; 2 commands to the upserter became dead letters",
    window_ends_at=STARTED,
    is_over=True,
    has_icp=False,
    upsert={"dead": 2, "late": 2, "open": 1},
    cap=20,
    published=5,
    skip=["odoo"],
    dead=[("enrich", "Boom"), ("score", "Boom"), ("sync", "Boom")],
    refused=["No x_uen"],
    balance=Balance((5, 3, 2, 1, 0), (Rest(STAGES[0], "not taken over yet", 1),)),
    degraded=[(f"{vendor}: HTTP 401 (key refused)", 1) for vendor in ("tavily", "lusha", "zerobounce", "openai")],
    blocked="access denied",
    pauses=[("odoo-sync", STARTED, "HTTP 503")],
    carried_over=[(NIGHT, 1, 2)],
)


#: A night that was stopped before the tenant's turn.
STOPPED = replace(EVERYTHING, status="planning", error=None)


def advised() -> list[str]:
    """The commands in the advice, as they would be typed."""
    words = " ".join(issue.advice for it in (EVERYTHING, STOPPED) for issue in issues_of(it))
    return sorted(set(re.findall(r"`(leadgen [^`]+)`", words)))


@pytest.mark.parametrize("line", advised())
def test_an_advised_command_can_be_typed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is understood up to the last option; nothing is run."""
    for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "ODOO_CREDENTIALS_KEY"):
        monkeypatch.setenv(name, "something")
    command: Any = typer.main.get_command(app)
    _, *words = shlex.split(line)
    while words and words[0] in getattr(command, "commands", {}):
        _, command, words = command.resolve_command(command.context_class(command), words)
    command.make_context(command.name, words)


def test_each_kind_of_trouble_advises_a_command() -> None:
    """Dead letters, a failed run, Odoo, the ledger, and what an earlier night left open."""
    found = {" ".join(line.split()[1:3]) for line in advised()}
    assert found >= {"dlq list", "dlq retry", "odoo check", "odoo resync", "nightly --tenant", "nightly report"}
    assert any(line.startswith("leadgen audit ") for line in advised())
