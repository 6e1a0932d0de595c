"""Fixtures of the real PostgreSQL and the real Kafka, for every test of the workspace.

Both servers start once per run, when the first test asks for them. Each test has a database of its own, cloned from a
migrated one with tenants 1 to 5. The topics are shared, since services know them by name: each test that asks for
`kafka` finds them all empty, groups keep their committed positions, and a consumer left running by an earlier test
would take part: stop what you start. Tests that stop or kill a server ask for `breakable_postgres` or
`breakable_kafka`, which are those same servers, running again when the next test starts.

TEST_BACKEND=testcontainers starts the servers in containers instead. DATABASE_URL (a superuser's) and
KAFKA_BOOTSTRAP_SERVERS in the environment replace the servers.
"""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest
import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError, for_code
from xdist.scheduler.loadfile import LoadFileScheduling

from common.postgres import SERVICE_ROLE, Database, role_of
from common.service import collect_less_often
from embedded.errors import EmbeddedError
from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.database.migrate import migrate
from leadgen.kafka.topics import create_topics, read_topics
from testkit.stages import until

if TYPE_CHECKING:
    from testkit.container_servers import ContainerKafka, ContainerPostgres

#: What starts the servers.
BACKENDS = ("embedded", "testcontainers")
PostgresServer: TypeAlias = "Postgres | ContainerPostgres"
KafkaServer: TypeAlias = "Kafka | ContainerKafka"

TENANTS = 5
INSERT_TENANTS = "INSERT INTO tenants (tenant_id, name) SELECT n, 'Tenant ' || n FROM generate_series(1, $1::int) n"
TEMPLATE = f"template_{os.getpid()}"
SERVER_FIXTURES = {"postgres_server", "breakable_postgres", "kafka_server", "breakable_kafka", "kafka_address"}

MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own in it
ROOM = 4 * 2**30

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_numbers = count(1)


# Numerical libraries start a thread per core in every worker, and these then wait for each other: twenty times slower.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# As the services do. Of collecting the tests, which every worker does, it saves a quarter of the time.
collect_less_often()

# structlog's own configuration prints every traceback with all local variables: a tenth of a second each.
structlog.configure(
    [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.dev.set_exc_info,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# No deadline by the clock: on a busy machine, or with a first import, an example takes as long as it takes.
hypothesis.settings.register_profile("thorough", deadline=None)
hypothesis.settings.load_profile("thorough")
# `make test-fast` takes fewer examples than `make test`.
hypothesis.settings.register_profile("fast", deadline=None, max_examples=15)

#: Tests of the running product (`make test-whole`): it starts once (tests/conftest.py) and is theirs in turn.
PRODUCT_FOLDERS = {"tests/chaos", "tests/e2e", "tests/load"}
WITHOUT_PRODUCT = {"test_demo.py", "test_secured.py", "test_kill_the_enricher.py", "test_up.py"}

#: Worker processes of `pytest -n auto`: tests mostly wait for servers, so two cores serve more of them than two. Tests
#: without servers wait for nothing, and each worker imports everything: `-n logical`, one per core, is best for them.
WORKERS = 3


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests that need a server, before -m selects by mark."""
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("servers")


def pytest_collection_finish() -> None:
    """Leaves modules and tests, millions of objects that stay to the end, out of every later look for garbage."""
    gc.freeze()


class Scheduling(LoadFileScheduling):
    """Gives the tests of one file to one worker, since they share fixtures; and those of the whole product to one.

    Not `--dist loadgroup`: it renames tests by an attribute that this pytest does not read, and then groups nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        folder, _, name = file.rpartition("/")
        return "product" if folder in PRODUCT_FOLDERS and name not in WITHOUT_PRODUCT else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Chooses how the workers of `pytest -n` share the tests."""
    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Returns the workers of `pytest -n auto`: none if the broker is given, since its topics are everybody's."""
    if config.option.numprocesses == "logical":
        return None  # as many as there are cores
    return 0 if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") else WORKERS


def _uses_containers() -> bool:
    backend = os.environ.get("TEST_BACKEND", BACKENDS[0])
    if backend not in BACKENDS:
        pytest.exit(f"TEST_BACKEND={backend}: it is one of {', '.join(BACKENDS)}", returncode=1)
    return backend == "testcontainers"


def _start(server: "PostgresServer | KafkaServer") -> None:
    """A server that cannot start ends the run: a suite that skips its tests would look like one that passes."""
    try:
        server.start()
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=1)


@contextmanager
def _started(server: "ContainerPostgres | ContainerKafka") -> Iterator[None]:
    """Starts a container for a run of the tests, and removes it whatever comes."""
    try:
        _start(server)
        yield
    finally:
        server.remove()


@contextmanager
def memory_folder(prefix: str) -> Iterator[Path]:
    """A new folder in memory where there is room: a database takes 20 ms there, not 500, and Kafka's fsyncs nothing.

    Not pytest's own folder: PostgreSQL's user must be let through.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder of this test's own for servers that it starts itself."""
    with memory_folder("leadgen-test-") as folder:
        yield folder


@pytest.fixture(scope="session")
def product_folder() -> Iterator[Path]:
    """A folder of the servers and the logs of the whole product (tests/conftest.py)."""
    with memory_folder("leadgen-whole-") as folder:
        yield folder


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """A folder for the servers' data."""
    with memory_folder("leadgen-tests-") as folder:
        yield folder


@pytest.fixture(scope="session")
def own_postgres(servers_folder: Path) -> "Iterator[PostgresServer | None]":
    """The server we started, None when DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    if _uses_containers():
        from testkit.container_servers import ContainerPostgres

        with _started(container := ContainerPostgres()):
            yield container
        return
    server = Postgres(servers_folder / "postgres", durable=False)
    _start(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server(own_postgres: "PostgresServer | None") -> str:
    """The URL of the server, of a database to administer it from."""
    return own_postgres.url if own_postgres else os.environ["DATABASE_URL"]


@pytest.fixture
def breakable_postgres(own_postgres: "PostgresServer | None") -> Iterator[PostgresServer]:
    """The server itself, to be stopped, killed and started; it runs again afterwards."""
    if own_postgres is None:
        pytest.skip("the server that DATABASE_URL names is not ours to stop")
    yield own_postgres
    if not own_postgres.is_running():
        own_postgres.start()


@pytest.fixture(scope="session")
async def template_database(postgres_server: str) -> AsyncIterator[str]:
    """The name of a migrated database with its tenants, to be cloned, never used."""
    await _administer(postgres_server, f"CREATE DATABASE {TEMPLATE}")
    await migrate(_url_of(postgres_server, TEMPLATE))
    await _administer(_url_of(postgres_server, TEMPLATE), INSERT_TENANTS, TENANTS)
    yield TEMPLATE
    await _administer(postgres_server, f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
async def database_url(postgres_server: str, template_database: str) -> AsyncIterator[str]:
    """A database of this test's own, as its owner sees it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
    yield _url_of(postgres_server, name)
    await _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """The database as a service connects to it: a service's own tests have its own rights, and no others."""
    connected = await Database.connect(database_url, role=_role_for(request.path))
    yield connected
    await connected.close()


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Owner]:
    """A superuser's connection, to arrange and to inspect: no policy hides a row from it."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def kafka_server(servers_folder: Path) -> Iterator[KafkaServer]:
    """The broker we started, without topics."""
    if _uses_containers():
        from testkit.container_servers import ContainerKafka

        with _started(container := ContainerKafka()):
            yield container
        return
    server = Kafka(servers_folder / "kafka")
    _start(server)
    yield server
    server.stop()


@pytest.fixture
def breakable_kafka(kafka_server: KafkaServer) -> Iterator[KafkaServer]:
    """The broker itself, to be stopped, killed and started; it runs again afterwards."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        pytest.skip("the broker that KAFKA_BOOTSTRAP_SERVERS names is not ours to stop")
    yield kafka_server
    if not kafka_server.is_running():
        kafka_server.start()


@pytest.fixture(scope="session")
def kafka_address(request: pytest.FixtureRequest) -> str:
    """The bootstrap address of the broker."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        return given
    server: KafkaServer = request.getfixturevalue("kafka_server")
    return server.bootstrap_servers


@pytest.fixture
async def kafka(kafka_address: str, request: pytest.FixtureRequest) -> str:
    """The bootstrap address of the broker, with every topic there and empty.

    A broker that an earlier test failed to start again is started here: its fault stays that test's.
    """
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        server: KafkaServer = request.getfixturevalue("kafka_server")
        if not server.is_running():
            await asyncio.to_thread(server.start)
        # On a busy machine a broker may be fenced for a moment.
        await until(partial(asyncio.to_thread, server.is_serving))
    try:
        await _empty_topics(kafka_address)
    except KafkaError:  # a topic is not there, or a partition has no leader yet
        await create_topics(kafka_address)
        await _empty_topics(kafka_address)
    return kafka_address


async def _empty_topics(bootstrap: str) -> None:
    """Deletes the records of all topics. Raises KafkaError when one is missing, or cannot be used at the moment.

    Quick: to ask for the end of every partition first, as `create_topics` does, takes six times as long.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = await admin.describe_topics(_topics())
        for topic in topics:
            if topic["error_code"]:
                raise for_code(topic["error_code"])(topic["topic"])
        partitions = [TopicPartition(topic["topic"], it["partition"]) for topic in topics for it in topic["partitions"]]
        await admin.delete_records({partition: RecordsToDelete(before_offset=-1) for partition in partitions})
    finally:
        await admin.close()


def _role_for(file: Path) -> str:
    folders = file.relative_to(Path(__file__).parent).parts
    return role_of(folders[1]) if folders[0] == "services" else SERVICE_ROLE


@cache
def _topics() -> list[str]:
    return [topic.name for topic in read_topics().wanted()]


def _url_of(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def _administer(server: str, statement: str, *arguments: object) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()
