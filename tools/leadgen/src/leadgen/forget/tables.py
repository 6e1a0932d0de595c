"""Tables of the database with their text columns, from PostgreSQL's catalogue.

So a table that is made tomorrow is searched, too. Rows are read and changed in batches, each its own transaction.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import asyncpg

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

BATCH = 200

#: The public register, the users (who log in by their addresses), and the list of what is forgotten itself.
LEFT_OUT = (
    "tenant_users",
    "staging_acra_companies",
    "companies",
    "ssic_ref",
    "forgotten",
    "forgotten_key",
    "schema_migrations",
)
#: Searched last, since what belongs to a person is found by them: after a kill they are still there.
LAST = ("lead_features", "contacts")
#: Answers by the hash of the question.
OF_MODELS = frozenset({"vendor_answers", "lead_wordings"})

COLUMNS = """
    SELECT c.relname AS name, regexp_replace(c.relname, '_(\\d{8}|other)$', '') AS label, a.attname AS column,
           format_type(a.atttypid, NULL) AS type, c.relforcerowsecurity AS is_of_tenants,
           a.attnum = ANY (coalesce(k.conkey, '{}')) AS is_key
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL ($1)
     ORDER BY c.relname, a.attnum
"""
TEXTS = frozenset({"text", "character varying", "character", "json", "jsonb", "text[]", "character varying[]"})
SET_TENANT = "SELECT set_config('request.tenant_id', $1, true)"


@dataclass
class Table:
    """A table: its columns that can hold a text, by name with their types, and its key."""

    name: str
    label: str
    is_of_tenants: bool
    texts: dict[str, str] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Search:
    """Criteria for rows: they contain one of these texts (in lower case), or belong to these companies."""

    texts: frozenset[str]
    company_ids: frozenset[int]
    names: frozenset[str] = frozenset()

    def patterns(self, table: Table) -> list[str]:
        """The texts as patterns of LIKE.

        Names are only for answers of models, whose rows name the company in no other way.
        """
        texts = sorted(self.texts | self.names if table.name in OF_MODELS else self.texts)
        escaped = (it.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for it in texts)
        return [f"%{it}%" for it in escaped]


class Batch(NamedTuple):
    """Rows of a table, and the number of others that were locked or had just been changed."""

    rows: Sequence[asyncpg.Record]
    skipped: int


async def read_tables(db: Owner) -> list[Table]:
    """Lists the tables to search, in this order."""
    found: dict[str, Table] = {}
    for row in await db.fetch(COLUMNS, list(LEFT_OUT)):
        table = found.setdefault(row["name"], Table(row["name"], row["label"], row["is_of_tenants"]))
        if row["is_key"]:
            table.keys.add(row["column"])
        if row["type"] in TEXTS:
            table.texts[row["column"]] = row["type"]
        elif row["type"] == "bytea":
            table.bodies.append(row["column"])
        else:
            table.others.add(row["column"])
    return sorted(
        (it for it in found.values() if it.texts or it.bodies),
        key=lambda it: (LAST.index(it.name) + 1 if it.name in LAST else 0, it.name),
    )


@asynccontextmanager
async def acting_for(db: Owner, tenant_id: int) -> AsyncIterator[None]:
    """Opens a transaction that sees this tenant's rows."""
    async with db.transaction():
        await db.execute(SET_TENANT, str(tenant_id))
        yield


@asynccontextmanager
async def reading(
    db: Owner, table: Table, search: Search, tenant_id: int, *, is_locked: bool
) -> AsyncIterator[AsyncIterator[Batch]]:
    """Opens the batches of rows that meet the criteria, each in its own transaction.

    No handler is kept from its rows for longer, and none is waited for: so there is no deadlock.
    """
    async with aclosing(_batches(db, table, search, tenant_id, is_locked=is_locked)) as batches:
        yield batches


async def _batches(
    db: Owner, table: Table, search: Search, tenant_id: int, *, is_locked: bool
) -> AsyncGenerator[Batch, None]:
    arguments = [search.patterns(table), sorted(search.company_ids), *([tenant_id] if table.is_of_tenants else [])]
    async with acting_for(db, tenant_id):
        places = [row["ctid"] for row in await db.fetch(_find(table), *arguments)]  # one snapshot: none is skipped
    statement = _read(table, is_locked=is_locked)
    for at in range(0, len(places), BATCH):
        part = places[at : at + BATCH]
        async with acting_for(db, tenant_id):
            rows = await db.fetch(statement, part)
            yield Batch(rows, len(part) - len(rows))


async def change(db: Owner, table: Table, row: asyncpg.Record, values: Mapping[str, Any]) -> None:
    """Changes columns of a row; deletes it if there is already one with the new values."""
    columns = ", ".join(f'"{name}" = ${at}' for at, name in enumerate(values, start=2))
    try:
        async with db.transaction():
            await db.execute(f'UPDATE "{table.name}" SET {columns} WHERE ctid = $1', row["ctid"], *values.values())
    except asyncpg.UniqueViolationError:
        await delete(db, table, row)


async def delete(db: Owner, table: Table, row: asyncpg.Record) -> None:
    """Deletes a row. For a contact, it marks the lists as outdated."""
    await db.execute(f'DELETE FROM "{table.name}" WHERE ctid = $1', row["ctid"])
    if table.name == "contacts":
        await db.execute(
            "INSERT INTO list_changes (tenant_id, company_ids) VALUES ($1, ARRAY[$2::bigint])",
            row["tenant_id"],
            row["company_id"],
        )


def _find(table: Table) -> str:
    criteria = [f'lower("{name}"::text) LIKE ANY ($1)' for name in table.texts]
    criteria += [f"lower(encode(\"{name}\", 'escape')) LIKE ANY ($1)" for name in table.bodies]
    if "company_id" in table.others:
        criteria.append("company_id = ANY ($2::bigint[])")
    else:
        criteria.append("$2::bigint[] IS NULL")  # the argument is always given
    if "documents" in table.bodies:
        criteria.append("documents IS NOT NULL")  # compressed
    of_tenant = "AND tenant_id = $3" if table.is_of_tenants else ""
    return f'SELECT ctid FROM "{table.name}" WHERE ({" OR ".join(criteria)}) {of_tenant} ORDER BY ctid'


def _read(table: Table, *, is_locked: bool) -> str:
    ids = [name for name in ("tenant_id", "company_id") if name in table.others]
    columns = ", ".join(f'"{name}"' for name in [*ids, *table.texts, *table.bodies])
    locked = " FOR UPDATE SKIP LOCKED" if is_locked else ""
    return f'SELECT ctid, {columns} FROM "{table.name}" WHERE ctid = ANY ($1::tid[]){locked}'
