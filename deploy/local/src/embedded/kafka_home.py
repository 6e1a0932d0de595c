"""Apache Kafka's jars and the files for a fast start, in a cache outside the checkout; made once per machine.

`kafka_home()` may be called by several processes at once: one makes it, the others wait. A cache that was left half
made has no `complete` file, and is made again.
"""

import hashlib
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.child import Child, tail
from embedded.errors import CouldNotInstall, MissingPart
from embedded.hold import hold

SOURCES = Path(__file__).parents[2] / "kafka"
POM = SOURCES / "pom.xml"
LOGGING = SOURCES / "log4j2.properties"

INSTALL_TIMEOUT_S = 600.0

MISSING_JAVA = "missing Java 17 or newer: install it, e.g. apt-get install openjdk-17-jre-headless"
MISSING_MAVEN = "missing Maven: install it, e.g. apt-get install maven"


@dataclass(frozen=True)
class KafkaHome:
    """Paths of an installed Kafka. `formatted` is an empty formatted log directory, to be copied."""

    root: Path

    @property
    def formatted(self) -> Path:
        return self.root / "formatted"

    def is_complete(self) -> bool:
        return (self.root / "complete").exists()

    def java(self, main_class: str, *arguments: str | Path, options: tuple[str, ...] = ()) -> list[str | Path]:
        """Builds the command that runs a class of Kafka's, tuned for a quick start, not for peak speed."""
        tuned = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={LOGGING}"]
        jars = ":".join(str(jar) for jar in sorted((self.root / "jars").glob("*.jar")))
        return [java(), *tuned, *options, "-cp", jars, main_class, *arguments]

    def format(self, logs: Path, users: Mapping[str, str] | None = None) -> None:
        """Makes an empty log directory. `users` may log in by SCRAM, with these passwords. Raises CouldNotInstall."""
        settings = logs.with_name(f"{logs.name}.properties")
        settings.write_text(
            "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:1\n"
            "listeners=BROKER://127.0.0.1:2,CONTROLLER://127.0.0.1:1\ncontroller.listener.names=CONTROLLER\n"
            "inter.broker.listener.name=BROKER\nlistener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
            f"log.dirs={logs}\n"
        )
        tool = self.java("kafka.tools.StorageTool", "format", "-t", "bGVhZGdlbi1sb2NhbC0tMQ", "-c", settings)
        for name, password in (users or {}).items():
            tool += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        _run(tool, logs.with_name(f"{logs.name}.format.log"), "Kafka's storage tool failed")

    def class_archive(self) -> Path:
        """Returns the archive of loaded classes (AppCDS), which halves the start time; one per version of Java."""
        program = Path(java()).resolve()
        mark = hashlib.sha256(f"{program} {program.stat().st_mtime_ns}".encode()).hexdigest()[:8]
        return self.root / f"classes-{mark}.jsa"


def java() -> str:
    """Finds the java program, in JAVA_HOME if that is set. Raises MissingPart."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if found is None:
        raise MissingPart(MISSING_JAVA)
    return found


def find_kafka_home() -> KafkaHome:
    """Returns the directory of this version, which may not exist."""
    content = POM.read_bytes()
    version = ET.fromstring(content).findtext(".//{*}kafka.version")  # noqa: S314 - our own file
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return KafkaHome(cache / "leadgen" / f"kafka-{version}-{hashlib.sha256(content).hexdigest()[:8]}")


def kafka_home() -> KafkaHome:
    """Returns the complete cache. The first call on a machine downloads some 40 MB with Maven.

    Raises MissingPart when Java or Maven is not there, CouldNotInstall when fetching fails.
    """
    home = find_kafka_home()
    java()
    if not home.is_complete():
        held = hold(home.root, timeout=INSTALL_TIMEOUT_S)
        try:
            if not home.is_complete():
                _make(home)
        finally:
            os.close(held)
    return home


def _make(home: KafkaHome) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingPart(MISSING_MAVEN)
    shutil.rmtree(home.root, ignore_errors=True)
    home.root.mkdir(parents=True)
    copy: list[str | Path] = [maven, "-q", "-B", "-f", POM, "dependency:copy-dependencies", "-DincludeScope=runtime"]
    _run([*copy, f"-DoutputDirectory={home.root / 'jars'}"], home.root / "maven.log", "Maven could not fetch Kafka")
    home.format(home.formatted)
    (home.root / "complete").touch()


def _run(command: list[str | Path], log: Path, failure: str) -> None:
    child = Child.start(command, log=log)
    try:
        code = child.wait()
    finally:
        child.kill()
    if code != 0:
        raise CouldNotInstall(f"{failure} (exit code {code}); the end of {log}:\n{tail(log)}")
