"""Tenant 1's lists, empty at first."""

from typing import TypeAlias

import asyncpg
import pytest

from common.postgres import Database
from testkit.leads.lists import Lists

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def lists(owner: Owner, database: Database) -> Lists:
    return Lists(owner, database)
