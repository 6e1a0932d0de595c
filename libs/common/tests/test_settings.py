"""The settings of a service: read from the environment, or refused with a line for each that is wrong."""

import pytest

from common.settings import StageSettings, read_for_service


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["leadgen-any"])
    monkeypatch.setenv("DATABASE_URL", "postgresql://leadgen@127.0.0.1/leadgen")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")


def test_a_level_may_be_written_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert read_for_service(StageSettings, "leadgen-any").log_level == "DEBUG"


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "LOUD"), ("HTTP_PORT", "x"), ("INBOX_BOUND", "1")])
def test_a_wrong_setting_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and no traceback."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        read_for_service(StageSettings, "leadgen-any")
    assert (ended.value.code, capsys.readouterr().err.startswith(f"setting {name}: ")) == (2, True)


def test_help_lists_the_settings_and_starts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["leadgen-any", "--help"])
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(SystemExit) as ended:
        read_for_service(StageSettings, "leadgen-any")
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert "DATABASE_URL  (required)" in shown
    assert "INBOX_LEASE_S  (default 15)" in shown


def test_an_argument_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["leadgen-any", "--port", "8080"])
    with pytest.raises(SystemExit) as ended:
        read_for_service(StageSettings, "leadgen-any")
    assert (ended.value.code, "unrecognized arguments: --port 8080" in capsys.readouterr().err) == (2, True)
