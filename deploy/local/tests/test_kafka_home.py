"""The cache of Kafka's jars: never taken for complete before it is, and clear about what is missing."""

from pathlib import Path

import pytest

from embedded.errors import CouldNotInstall, MissingPart
from embedded.kafka_home import find_kafka_home, kafka_home


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of programs of a machine that has a java and nothing else, with an empty cache."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    add_program(programs, "java", "exit 0")
    return programs


def add_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_machine_without_maven_is_shown_how_to_get_it() -> None:
    """In one line."""
    with pytest.raises(MissingPart, match=r"missing Maven: install it, e\.g\. apt-get install maven"):
        kafka_home()


def test_a_machine_without_java_is_shown_how_to_get_it(machine: Path) -> None:
    """In one line."""
    (machine / "java").unlink()

    with pytest.raises(MissingPart, match=r"missing Java 17 or newer: install it, e\.g\. apt-get install openjdk-17"):
        kafka_home()


def test_a_failed_download_is_not_taken_for_complete(machine: Path) -> None:
    """The message carries what Maven said, and the next call tries again."""
    add_program(machine, "mvn", "echo 'Could not transfer artifact'; exit 1")

    for _ in range(2):
        with pytest.raises(
            CouldNotInstall, match=r"Maven could not fetch Kafka \(exit code 1\)(.|\n)*Could not transfer"
        ):
            kafka_home()
        assert not find_kafka_home().is_complete()


def test_a_half_made_cache_is_made_anew(machine: Path) -> None:
    """A half-made cache is made anew: what was left by a process that died is thrown away first."""
    left = find_kafka_home().root / "jars" / "half.jar"
    left.parent.mkdir(parents=True)
    left.touch()
    add_program(machine, "mvn", "exit 0")

    home = kafka_home()

    assert home.is_complete()
    assert not left.exists()


def test_a_complete_cache_is_used_as_it_is(machine: Path) -> None:
    """Maven is asked once, and need not even be there later."""
    add_program(machine, "mvn", "exit 0")
    home = kafka_home()
    (machine / "mvn").unlink()

    assert kafka_home() == home
