"""The identities of the Odoo databases (`odoo_databases`), by address and name: tenants may share one.

Database ids hold only as long as the database does. `replaced` counts the restores and replacements that were noticed.
"""

from typing import NamedTuple

from common.postgres import Connection

FIND = "SELECT uuid, created FROM odoo_databases WHERE place = $1"
SAVE = """
    INSERT INTO odoo_databases AS known (place, uuid, created) VALUES ($1, $2, $3)
    ON CONFLICT (place) DO UPDATE SET uuid = coalesce(excluded.uuid, known.uuid),
                                      created = coalesce(excluded.created, known.created)
"""
REPLACE = """
    INSERT INTO odoo_databases AS known (place, replaced, replaced_at) VALUES ($1, 1, now())
    ON CONFLICT (place) DO UPDATE SET replaced = known.replaced + 1, replaced_at = now()
     WHERE known.replaced = $2
"""


class Identity(NamedTuple):
    """The `database.uuid` of a database, if the user may read it, and the creation date of its first company."""

    uuid: str | None
    created: str | None

    def is_another(self, known: "Identity | None") -> bool:
        """Whether the two are certainly different databases."""
        if known is None:
            return False
        return any(ours and theirs and ours != theirs for ours, theirs in zip(known, self, strict=True))


async def find(tx: Connection, server: str) -> Identity | None:
    """Reads the last known identity at this address; `None` if there is none."""
    row = await tx.fetchrow(FIND, server)
    return Identity(row["uuid"], row["created"]) if row is not None else None


async def save(tx: Connection, server: str, identity: Identity) -> None:
    """Stores the identity. Parts that could not be read now keep their stored value. May be repeated."""
    await tx.execute(SAVE, server, identity.uuid, identity.created)


async def note_replaced(tx: Connection, server: str, known: int) -> bool:
    """Counts a restore or replacement, unless it was counted since `known`; returns whether it was new."""
    return await tx.execute(REPLACE, server, known) == "INSERT 0 1"
