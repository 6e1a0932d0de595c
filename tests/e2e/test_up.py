"""`leadgen up`: the product with data that stays, until Ctrl-C."""

import signal

import pytest

pytestmark = pytest.mark.whole


def test_up_says_how_to_reach_it_and_keeps_its_data(command) -> None:
    """Up says how to reach it and keeps its data: what other commands need is printed to be copied; Ctrl-C ends it
    well, and all of it is the same next time.
    """
    data = command.folder / "data"
    first = runs_once(command, data)
    names = {"DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "LEADGEN_GATEWAY", "LEADGEN_TOKEN", "GATEWAY_JWT_SECRET"}
    assert first.keys() == {*names, "ODOO_CREDENTIALS_KEY"}
    assert (data / "postgres" / "PG_VERSION").exists()
    assert (data / "kafka" / "logs").is_dir()

    # In a terminal that has the exports of the first start, which name servers that are ours, and stopped.
    assert {**runs_once(command, data, first), "LEADGEN_TOKEN": ""} == {**first, "LEADGEN_TOKEN": ""}


def runs_once(command, data, exports=None) -> dict[str, str]:
    """Starts it, stops it when it is ready, and returns what it has printed to be exported."""
    command.start("up", "--data", data, "--tenant", "3", exports=exports)
    shown = [line.strip().removeprefix("export ").split("=", 1) for line in command.shows("Ctrl-C stops everything")]
    command.is_sent(signal.SIGINT)
    assert command.ends() == 0, command.errors()
    assert command.errors() == ""
    command.leaves_nothing()
    return {name: value.strip("'") for name, *values in shown if name.isupper() for value in values}
