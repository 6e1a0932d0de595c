"""Apache Kafka as a child process: one node, broker and controller (KRaft), on free loopback ports."""

import os
import shutil
import socket
import struct
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from embedded.child import Child, tail
from embedded.errors import DidNotStart
from embedded.hold import hold
from embedded.kafka_home import KafkaHome, find_kafka_home, kafka_home
from embedded.ports import LOOPBACK, free_port

#: A crashed broker recovers every partition's log, each with several fsyncs, and waits for its old session to expire.
START_TIMEOUT_S = 200.0

#: Small and quick where the defaults are made for a cluster; otherwise as in production. The broker's session keeps its
#: default of 9 s, although a crashed broker waits that long at its next start: with a shorter one a busy machine fences
#: the broker, its metadata names no broker, and fencing costs two changes of every partition, which makes it busier.
#: Records without content in the metadata log, two a second, took 40 % of the CPU of a broker with nothing to do.
SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=BROKER://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=BROKER://{host}:{port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs={logs}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=8
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=8388608
metadata.max.idle.interval.ms=0
"""


#: A second listener, for clients that log in. Without a right a user may do nothing; those of the first may do all.
SECURED_SETTINGS = """
listeners=BROKER://{host}:{port},SECURED://{host}:{secured_port},CONTROLLER://{host}:{controller_port}
advertised.listeners=BROKER://{host}:{port},SECURED://{host}:{secured_port}
listener.security.protocol.map=BROKER:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secured.scram-sha-512.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={certificate}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


@dataclass(frozen=True)
class Secured:
    """A listener with TLS and SASL/SCRAM: a PEM file with key and certificate, and the users with their passwords."""

    certificate: Path
    users: Mapping[str, str]
    port: int = field(default_factory=free_port)

    @property
    def addresses(self) -> str:
        return f"{LOOPBACK}:{self.port}"


class Kafka:
    """A server on one data directory and port, which can be started, stopped, killed and started again.

    All methods block; none is for two threads at once.
    """

    def __init__(self, data: Path, *, port: int | None = None, secured: Secured | None = None) -> None:
        self.data = data.resolve()
        self.port = port or free_port()
        self._controller_port = free_port()
        self._secured = secured
        self._child: Child | None = None

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.with_name(self.data.name + ".log")

    def start(self) -> Self:
        """Starts the server, on new storage if there is none yet, and waits until it serves metadata.

        The first start on a machine fetches Kafka. Raises MissingPart, CouldNotInstall, InUse, DidNotStart.
        """
        home = prepare()
        archive = home.class_archive()
        self._start(home, f"-XX:SharedArchiveFile={archive}" if archive.stat().st_size else "-Xshare:auto")
        return self

    def stop(self) -> None:
        """Shuts the server down. May be repeated."""
        if self._child is not None:
            self._child.stop(timeout=15)

    def kill(self) -> None:
        """Crashes the server (SIGKILL)."""
        if self._child is not None:
            self._child.kill()

    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def is_serving(self) -> bool:
        """Whether the server answers and names a broker, so that clients can use it."""
        return self.is_running() and serves_metadata(self.port)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, home: KafkaHome, option: str) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        held = hold(self.data)
        try:
            logs = self.data / "logs"
            if not logs.exists():
                half_made = self.data / "half_made"
                shutil.rmtree(half_made, ignore_errors=True)
                if self._secured is None:
                    shutil.copytree(home.formatted, half_made)
                else:
                    home.format(half_made, self._secured.users)
                half_made.rename(logs)
            settings = self.data / "server.properties"
            ports = {"port": self.port, "controller_port": self._controller_port}
            text = SETTINGS.format(host=LOOPBACK, logs=logs, **ports)
            if (it := self._secured) is not None:
                text += SECURED_SETTINGS.format(
                    host=LOOPBACK, secured_port=it.port, certificate=it.certificate, **ports
                )
            settings.write_text(text)  # of a setting that is there twice, the later one holds
            command = home.java("kafka.Kafka", settings, options=(option,))
            self._child = Child.start(command, log=self.log, cwd=self.data, keep_open=[held])
        finally:
            os.close(held)
        self._wait_until_ready(self._child)

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not serves_metadata(self.port):
            if not child.is_running():
                raise DidNotStart(f"Kafka ended at its start; the end of {self.log}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                end = tail(self.log)
                child.kill()
                raise DidNotStart(f"Kafka does not answer after {START_TIMEOUT_S:.0f} s; the end of {self.log}:\n{end}")
            time.sleep(0.02)


@contextmanager
def kafka(data: Path) -> Iterator[str]:
    """Yields the bootstrap address of a server on this data directory, and stops the server at the end."""
    with Kafka(data) as server:
        yield server.bootstrap_servers


def is_prepared() -> bool:
    """Whether all files that are made only once exist. Raises MissingPart without Java."""
    home = find_kafka_home()
    return home.is_complete() and home.class_archive().exists()


def prepare() -> KafkaHome:
    """Prepares the first start on a machine: downloads the jars with Maven, and makes the archive of their classes.

    Takes up to a minute, later next to nothing. Raises MissingPart, CouldNotInstall.
    """
    home = kafka_home()
    archive = home.class_archive()
    if not archive.exists():
        _archive_classes(home, archive)
    return home


def _archive_classes(home: KafkaHome, archive: Path) -> None:
    """Runs a server once to record the classes that it loads. Takes some 10 s, once per machine and Java."""
    with tempfile.TemporaryDirectory(prefix="leadgen-kafka-") as folder:
        written = archive.with_name(f"{archive.name}.{os.getpid()}")
        training_run = Kafka(Path(folder) / "kafka")
        try:
            training_run._start(home, f"-XX:ArchiveClassesAtExit={written}")
        finally:
            if training_run._child is not None:
                training_run._child.stop(timeout=60)
        written.touch()  # a Java that cannot write one: an empty file, so that it is not asked again
        written.rename(archive)


def serves_metadata(port: int) -> bool:
    """Sends a Metadata request, version 1, for no topic, like a client; the answer must name at least one broker."""
    client, correlation_id = b"leadgen-start", 65
    request = struct.pack(f">hhih{len(client)}si", 3, 1, correlation_id, len(client), client, 0)
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.recv(12, socket.MSG_WAITALL)
    except OSError:
        return False
    if len(answer) < 12:
        return False
    answered_id, brokers = struct.unpack(">ii", answer[4:])
    return bool(answered_id == correlation_id and brokers >= 1)  # a socket connected to itself gives back the request
