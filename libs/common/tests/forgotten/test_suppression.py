"""The list of what is forgotten, as services read it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from common.forgotten import suppression
from common.forgotten.suppression import ReadSuppression
from common.postgres import Connection, Database

ADD = """
    INSERT INTO forgotten (subject, kind, digests, company_ids, operator)
    VALUES (convert_to($1, 'UTF8'), 'email', ARRAY[convert_to($1, 'UTF8')], '{}', 'ops')
"""


async def test_the_list_is_read_again_only_after_a_change_and_once_at_a_time(
    database: Database, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is read again only after a change and once at a time, however many ask at the same moment; digests that
    are added to an entry are a change, too.
    """
    read, reads, at_once = suppression.read, 0, 0

    async def read_and_count(tx: Connection) -> Any:
        nonlocal reads, at_once
        reads, at_once = reads + 1, at_once + 1
        assert at_once == 1
        try:
            return await read(tx)
        finally:
            at_once -= 1

    monkeypatch.setattr(suppression, "read", read_and_count)
    known = ReadSuppression(database, fresh_for=timedelta(0))
    assert not await known.current()
    assert reads == 0
    await owner.execute(ADD, "a")
    lists = await asyncio.gather(*(known.current() for _ in range(20)))
    assert {it.digests for it in lists} == {frozenset({b"a"})}
    assert reads == 1
    await owner.execute("UPDATE forgotten SET digests = digests || '\\x62'::bytea")
    assert (await known.current()).digests == {b"a", b"b"}
    assert reads == 2
    await owner.execute("DELETE FROM forgotten")
    assert not await known.current()
