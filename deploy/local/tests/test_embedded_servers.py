"""The real parts as child processes: data outlives a crash, and nothing outlives us."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from embedded.child import Child
from embedded.errors import DidNotStart, InUse
from embedded.kafka import Kafka, serves_metadata
from embedded.ports import LOOPBACK
from embedded.postgres import Postgres, postgres

STARTS_BOTH = """
import sys, time
from pathlib import Path
from embedded.kafka import Kafka
from embedded.postgres import Postgres

folder = Path(sys.argv[1])
database, broker = Postgres(folder / "postgres", durable=False).start(), Kafka(folder / "kafka").start()
print(database._child.pid, broker._child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may be let through."""
    with TemporaryDirectory(prefix="leadgen-embedded-") as name:
        yield Path(name)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.02)


async def ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.servers
async def test_a_killed_postgres_starts_again_with_its_data(folder: Path) -> None:
    """On the same port, in the same folder, with what was committed."""
    with Postgres(folder / "postgres") as server:
        await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        assert not server.is_running()

        server.start()
        assert await ask(server.url, "SELECT answer FROM kept") == 42


@pytest.mark.servers
async def test_a_postgres_killed_by_someone_else_starts_again(folder: Path) -> None:
    """Its postmaster.pid is still there, and is known to be stale."""
    with Postgres(folder / "postgres", durable=False) as server:
        pid_file = folder / "postgres" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: not server.is_running())
        assert pid_file.exists()
        pid_file.write_text(pid_file.read_text().replace(pid_file.read_text().split()[0], str(os.getpid()), 1))

        server.kill()
        server.start()
        assert await ask(server.url, "SELECT 1") == 1


@pytest.mark.servers
async def test_a_second_postgres_on_one_folder_is_refused(folder: Path) -> None:
    """A second PostgreSQL on one folder is refused, and the first goes on."""
    with postgres(folder / "postgres", durable=False) as url:
        with pytest.raises(InUse, match="is in use by another run"):
            Postgres(folder / "postgres").start()
        assert await ask(url, "SELECT lower('ÉTÉ')") == "été"


@pytest.mark.servers
def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    """With the end of its log, here that the port is taken."""
    with (
        Postgres(folder / "one", durable=False) as server,
        pytest.raises(DidNotStart, match="Address already in use"),
    ):
        Postgres(folder / "two", durable=False, port=server.port).start()


@pytest.mark.servers
async def test_a_killed_kafka_starts_again_with_its_data(folder: Path) -> None:
    """Topics and acknowledged messages are there, at the same address."""
    with Kafka(folder / "kafka") as server:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap_servers)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()
        producer = AIOKafkaProducer(bootstrap_servers=server.bootstrap_servers, acks="all")
        await producer.start()
        await producer.send_and_wait("kept", b"42")
        await producer.stop()

        server.kill()
        server.start()

        consumer = AIOKafkaConsumer("kept", bootstrap_servers=server.bootstrap_servers, auto_offset_reset="earliest")
        await consumer.start()
        async with asyncio.timeout(60):
            message = await anext(aiter(consumer))
        await consumer.stop()
        assert message.value == b"42"


def test_a_socket_that_gives_back_the_request_is_no_broker() -> None:
    """A connection to a closed port can connect to itself, and then reads what it wrote."""
    with socket.create_server((LOOPBACK, 0)) as listener, ThreadPoolExecutor() as threads:

        def echo() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(connection.recv(1024))

        echoing = threads.submit(echo)
        assert not serves_metadata(listener.getsockname()[1])
        echoing.result()


@pytest.mark.servers
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_the_process_that_started_it(folder: Path, how: signal.Signals) -> None:
    """No server outlives the process that started it, however it dies; a backend with an open connection goes, too."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_BOTH, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with starter:
        assert starter.stdout is not None
        servers = [psutil.Process(int(pid)) for pid in starter.stdout.readline().split()]
        assert len(servers) == 2
        everything = servers + [child for server in servers for child in server.children(recursive=True)]
        starter.send_signal(how)

    def is_gone(process: psutil.Process) -> bool:
        try:
            return process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    wait_until(lambda: all(map(is_gone, everything)))


def test_a_child_that_ignores_its_signal_is_killed(tmp_path: Path) -> None:
    """After the time it was given; stopping twice is no error."""
    command = ["sh", "-c", "trap '' TERM; echo ready; while true; do sleep 0.1; done"]
    child = Child.start(command, log=tmp_path / "log")
    wait_until(lambda: "ready" in (tmp_path / "log").read_text())

    assert child.stop(timeout=0.1) == -signal.SIGKILL
    assert child.stop() == -signal.SIGKILL


def test_a_forgotten_child_ends_at_an_orderly_exit(tmp_path: Path) -> None:
    """A forgotten child ends at an orderly exit, and the guard with it: when we are gone, so is everything."""
    forgetful = (
        "import sys; from pathlib import Path; from embedded.child import Child, _guard;"
        "child = Child.start(['sleep', '600'], log=Path(sys.argv[1]));"
        "print(child.pid, _guard._process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", forgetful, str(tmp_path / "log")], capture_output=True, text=True, check=True
    )
    child, guard = map(int, done.stdout.split())

    assert not psutil.pid_exists(guard)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
