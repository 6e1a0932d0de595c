"""Guarded calls on a database of the test's own."""

import pytest

from common.postgres import Database
from testkit.enrichment.guarded_calls import Bench


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)
