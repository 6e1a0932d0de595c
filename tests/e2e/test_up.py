"""`leadgen up`: the product with data that stays, until Ctrl-C."""

import signal

import pytest

pytestmark = pytest.mark.whole


def test_up_says_how_to_reach_it_and_keeps_its_data(command) -> None:
    """What other commands need is printed to be copied; Ctrl-C ends it well, and the data is there next time."""
    data = command.folder / "data"
    command.start("up", "--data", data, "--tenant", "3")
    shown = command.shows("Ctrl-C stops everything")
    exported = {line.split("=")[0] for line in shown if line.startswith("export ")}
    names = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "LEADGEN_GATEWAY", "LEADGEN_TOKEN")
    assert exported == {f"export {name}" for name in names}
    command.is_sent(signal.SIGINT)
    assert command.ends() == 0, command.errors()
    assert command.errors() == ""
    command.leaves_nothing()
    assert (data / "postgres" / "PG_VERSION").exists()
    assert (data / "kafka" / "logs").is_dir()
