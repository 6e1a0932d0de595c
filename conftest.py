"""Settings of every test run, and the fixtures of the real PostgreSQL and the real Kafka (testkit.fixtures).

Both servers start once per run, when the first test asks for them. Each test has a database of its own, cloned from a
migrated one with tenants 1 to 5. The topics are shared, since services know them by name: each test that asks for
`kafka` finds them all empty, groups keep their committed positions, and a consumer left running by an earlier test
would take part: stop what you start. Tests that stop or kill a server ask for `breakable_postgres` or
`breakable_kafka`, which are those same servers, running again when the next test starts.

TEST_BACKEND=testcontainers starts the servers in containers instead. DATABASE_URL (a superuser's) and
KAFKA_BOOTSTRAP_SERVERS in the environment replace the servers.
"""

import gc
import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from xdist.scheduler.loadfile import LoadFileScheduling

from common.service import raise_gc_threshold
from testkit.checkout import ROOT
from testkit.selection import needs

# In this order: a module that another one imports comes before it.
pytest_plugins = [
    "testkit.fixtures.certificates",
    "testkit.fixtures.folders",
    "testkit.fixtures.servers",
    "testkit.fixtures.databases",
    "testkit.fixtures.topics",
]

SERVER_FIXTURES = {"postgres_server", "breakable_postgres", "kafka_server", "breakable_kafka", "kafka_address"}

# Numerical libraries start a thread per core in every worker, and these then wait for each other: twenty times slower.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# As the services do. Of collecting the tests, which every worker does, it saves a quarter of the time.
raise_gc_threshold()

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

#: At the end of a run one worker would have this module, and the others nothing. At its beginning `make check` has not
#: written yet what mypy knows, which it uses.
LONGEST = ROOT / "tools/leadgen/tests/test_new_stage.py"
LIBRARIES = ROOT / "libs"

#: Worker processes of `pytest -n auto`: tests mostly wait for servers, so two cores serve more of them than two.
WORKERS = 3


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Imports no module of which every test is deselected."""
    deselected = {it.removeprefix("not ") for it in config.option.markexpr.split(" and ") if it.startswith("not ")}
    return ("servers" in deselected and needs(collection_path, SERVER_FIXTURES, deselected)) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests that need a server, before -m selects by mark, and puts the longest module before the libraries."""
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("servers")
    longest = [item for item in items if item.path == LONGEST]
    others = [item for item in items if item.path != LONGEST]
    place = next((number for number, item in enumerate(others) if item.path.is_relative_to(LIBRARIES)), len(others))
    items[:] = [*others[:place], *longest, *others[place:]]


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
