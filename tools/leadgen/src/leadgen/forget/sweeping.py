"""Removes forgotten values from all tables, with one transaction per batch of rows. May be repeated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import asyncpg

from common.forgotten.digests import ForgottenList
from leadgen.forget.finding import Found
from leadgen.forget.row_contents import bodies, contents, redacted
from leadgen.forget.tables import Owner, Table, change, delete, reading


class Change(NamedTuple):
    """A row's table, and whether the row is deleted."""

    label: str
    is_deleted: bool


@dataclass
class Swept:
    """Rows that were (or would be) changed or deleted, by table and by tenant. `skipped` rows were locked."""

    tables: Counter[Change] = field(default_factory=Counter)
    tenants: Counter[int] = field(default_factory=Counter)
    skipped: int = field(default=0, compare=False)

    def add(self, other: "Swept") -> None:
        """Adds another pass."""
        self.tables.update(other.tables)
        self.tenants.update(other.tenants)


async def sweep(
    db: Owner, tables: Sequence[Table], tenants: Sequence[int], found: Found, wanted: ForgottenList, *, is_dry: bool
) -> Swept:
    """Removes `wanted` values from the subject's rows; with `is_dry` only counts the rows."""
    swept, search = Swept(), found.search
    for table in tables:
        for tenant_id in tenants if table.is_of_tenants else tenants[:1]:
            try:
                async with reading(db, table, search, tenant_id, is_locked=not is_dry) as batches:
                    async for batch in batches:
                        swept.skipped += batch.skipped
                        for row in batch.rows:
                            await _sweep(db, table, row, found, wanted, swept, is_dry=is_dry)
            except asyncpg.UndefinedTableError:
                continue  # a week of an inbox that was dropped meanwhile
    return swept


async def _sweep(
    db: Owner,
    table: Table,
    row: asyncpg.Record,
    found: Found,
    wanted: ForgottenList,
    swept: Swept,
    *,
    is_dry: bool,
) -> None:
    values = [*contents(table, row).values(), *bodies(table, row)]
    if table.name == "vendor_answers" and not found.is_named_in(values):
        if row["vendor"] != "openai":
            return  # of somebody else of the name
        is_unknown = True  # a language model's answer does not say whom it is about
    else:
        is_unknown = table.name == "lead_wordings"
    is_whole = found.subject.kind == "company" and found.is_of(table, row, values)
    changed = redacted(table, row, wanted, found.scopes, is_whole=is_whole)
    if changed is not None and not changed:
        return
    if is_unknown:
        changed = None  # it is asked for again when it is needed
    swept.tables[Change(table.label, changed is None)] += 1
    if "tenant_id" in table.others and row["tenant_id"] > 0:
        swept.tenants[row["tenant_id"]] += 1
    if is_dry:
        return
    if changed is None:
        await delete(db, table, row)
    else:
        await change(db, table, row, changed)
