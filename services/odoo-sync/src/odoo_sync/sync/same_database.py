"""Detects that an Odoo's database was restored from a backup or replaced: our ids may then belong to other records.

From then on, links from before count as those of another place: each record is looked for again, and found or created.
"""

from dataclasses import replace

import structlog

from odoo_sync.protocols.servers import OdooServer
from odoo_sync.sync.availability import Transaction
from odoo_sync.sync.known_records import ForeignRecordsFound
from odoo_sync.tables import connections, databases, resyncs
from odoo_sync.tables.connections import StoredConnection
from odoo_sync.tables.databases import Identity

log = structlog.get_logger(__name__)

#: Strangers that the log line names.
MAX_NAMED = 5


async def require_same_database(
    transaction: Transaction, connection: StoredConnection, server: OdooServer
) -> StoredConnection:
    """Returns the connection; if uuid or creation date have changed, with the number of a new database."""
    identity = Identity(*await server.identity())
    async with transaction() as tx:
        known = await databases.find(tx, connection.server)
        if known is None or known != identity:
            await databases.save(tx, connection.server, identity)
    if not identity.is_another(known):
        return connection
    return await _note_replaced(transaction, connection, f"{known} became {identity}")


async def note_restored(
    transaction: Transaction, connection: StoredConnection, found: ForeignRecordsFound
) -> StoredConnection:
    """Returns the connection with the number of a restored database, in which other records have our ids."""
    named = ", ".join(found.strangers[:MAX_NAMED])
    return await _note_replaced(transaction, connection, f"{len(found.strangers)} numbers are of others: {named}")


async def _note_replaced(transaction: Transaction, connection: StoredConnection, reason: str) -> StoredConnection:
    """Counts the replacement, logs it once, and requests that all leads of the tenant are compared."""
    async with transaction() as tx:
        is_news = await databases.note_replaced(tx, connection.server, connection.replaced)
        now = await connections.find(tx)
        if is_news:
            await resyncs.request(tx)
    if is_news:
        log.warning("odoo_database_replaced", database=connection.server, reason=reason)
    return replace(connection, replaced=now.replaced if now is not None else connection.replaced + 1)
