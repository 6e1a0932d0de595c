"""Writes scored leads into their tenants' Odoos and announces the result.

in          out                              when run again               on a failure
LeadScored  LeadSynced of each lead: its     leads that Odoo has already  a row that Odoo refuses: its link has the
            ids in Odoo, or why it is not    need no call; records that   reason, the others go through; an Odoo that
            there                            were written before a crash  refuses all calls: its tenant is blocked, and
                                             are found, not made twice    the leads are announced as blocked; an Odoo
                                                                          that is away: its leads wait; another call
                                                                          that fails: the chunk is retried
ResyncOdoo  LeadSynced of each stored lead   resumes with the leads that  the same; ends early if the tenant is blocked
            that was not sent, belongs to    are still unsent             or has no Odoo
            an earlier Odoo, or whose
            company was struck off
CheckOdoo   ResyncOdoo, if Odoo is in order  Odoo is asked again, and     an Odoo that does not answer: this is stored,
            and stored leads are unsent;     the newest outcome stays     and the tenant stays as it is; if the
            `conclude` announces it                                       connection was changed meanwhile, the check
                                                                          is retried

Lanes: LeadScored has its request's lane, interactive (a rep waits) or nightly; CheckOdoo is interactive, ResyncOdoo
nightly. Each lane has its own workers.

A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An event ends
when its handler returns; announced events are sent once their transaction has committed. While the database is away, an
event waits. After a `Transient` error it is retried for ODOO_PATIENCE_H (24 hours), then it is a dead letter. After any
other error it is a dead letter at once; too many unknown errors pause the tenant instead.

A *link* (table `odoo_links`) holds a company's records in Odoo as of its newest score. A lead with an older score
changes nothing: its LeadSynced has the link's status.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from common.contracts import CheckOdoo, LeadScored, ResyncOdoo
from common.errors import Permanent, Transient
from common.handling.retry import DEFAULT_RETRY, RetryStrategy
from common.handling.stage import Stage
from common.handling.work import Chunk, Item, Work
from odoo_sync.model import Leads
from odoo_sync.protocols.odoo import OdooAway, OdooUnavailable
from odoo_sync.sync.checks import conclude, find_problems
from odoo_sync.sync.lead_sync import LeadSync, TenantBlocked, stored_leads
from odoo_sync.sync.results import Result, Unchanged, Unsent, Written, to_event
from odoo_sync.tables import checks, connections, links
from odoo_sync.tables.connections import CredentialsUnreadable, StoredConnection

#: Leads per call to Odoo's `load`, and links per transaction.
CHUNK = 200

#: The reason of a lead whose request skips the step "odoo".
LEFT_OUT = "left out by SCHED_SKIP; `leadgen odoo check` requests it"


class PatienceEnded(Permanent):
    """The event has waited for an Odoo that is away for longer than `ODOO_PATIENCE_H`."""


def odoo_sync(syncing: LeadSync, *, patience: timedelta = DEFAULT_RETRY.give_up_after) -> Stage:
    """Builds the stage. An event that waits for an Odoo ends when it and the outage are older than `patience`."""
    stage = Stage("odoo-sync")
    retry = RetryStrategy(give_up_after=patience)

    @stage.handles(LeadScored, chunk=CHUNK, retry=retry)
    async def sync(work: Chunk[LeadScored]) -> None:
        """Finishes the leads that need no call or cannot be sent, then writes the others under the writer lock."""
        leads = newest(work.items)
        async with work.reading() as tx:
            connection = await connections.find(tx)
            known = await links.find_statuses(tx, list(leads))
        afresh = {item.event.company.company_id for item in work.items if item.envelope.afresh is not None}
        unchanged = syncing.unchanged(leads, known, connection, afresh)
        if unchanged:
            await finish(work, unchanged, Unchanged({it: leads[it] for it in unchanged}, unchanged))
        rest = {it: event for it, event in leads.items() if it not in unchanged}
        left_out = {it: event for it, event in rest.items() if "odoo" in (event.skip or ())}
        if left_out:
            await finish(work, left_out, Unsent(left_out, "no_connection", LEFT_OUT))
        rest = {it: event for it, event in rest.items() if it not in left_out}
        if not rest:
            return
        if connection is None:
            await finish(work, rest, Unsent(rest, "no_connection"))
        elif connection.blocked is not None:
            await finish(work, rest, Unsent(rest, "blocked", connection.blocked))
        else:
            async with syncing.only_writer(connection):
                await finish(work, rest, await write(syncing, work, rest, connection, patience, afresh))

    @stage.handles(ResyncOdoo, retry=retry)
    async def resync(work: Work[ResyncOdoo]) -> None:
        """Writes stored leads chunk by chunk. Ends early if the tenant has no Odoo, or is blocked."""
        last = 0
        while True:
            async with work.reading() as tx:
                connection = await connections.find(tx)
            if connection is None or connection.blocked is not None:
                return
            async with syncing.only_writer(connection):
                async with work.reading() as tx:
                    # The place is this Odoo as of its last restore: ids that were stored before mean other records.
                    stored = await links.find_resynced(tx, last, CHUNK, connection.place, syncing.outcomes_to_resync)
                    registered = await links.find_registered(tx, list(stored))
                if not stored:
                    return
                leads = stored_leads(stored, registered)
                # With ODOO_RECREATE_DELETED, Odoo is also asked for records that the link says are there.
                result = await write(syncing, work, leads, connection, patience, is_looking=syncing.recreate_deleted)
                async with work.step() as tx:
                    statuses = await result.save(tx)
                    for company_id, event in leads.items():
                        work.announce(to_event(event, statuses[company_id]))
            last = max(stored)

    @stage.handles(CheckOdoo, retry=retry)
    async def check(work: Work[CheckOdoo]) -> None:
        """Asks Odoo without a transaction; saves the outcome only if the connection is still the one that was asked."""
        async with work.reading() as tx:
            connection = await connections.find(tx)
        problems, is_judged = await checked(syncing, connection)
        async with work.finish() as tx:
            now_stored = await connections.find(tx)
            if connection is None or now_stored is None or not connection.is_same(now_stored):
                if (connection, now_stored) != (None, None):
                    raise Transient("the connection was changed during its check")
            elif is_judged:
                await conclude(tx, syncing, work.tenant_id, connection, problems)
            await checks.save(tx, work.now, problems)

    return stage


async def checked(syncing: LeadSync, connection: StoredConnection | None) -> tuple[list[str], bool]:
    """Finds a connection's problems, and whether they are conclusive: those of an Odoo that is away are not."""
    if connection is None:
        return ["no Odoo is connected"], False
    try:
        return await find_problems(syncing.servers.get(connection.decrypted(syncing.decrypter)), connection.lead), True
    except CredentialsUnreadable as error:
        return [str(error)], True
    except OdooUnavailable as error:
        # A tenant's admin may store any address, so the error must not reveal how that address responded (SSRF).
        return ["Odoo does not answer; try again later" if connection.is_public_only else str(error)], False


async def write(
    syncing: LeadSync,
    work: Chunk[Any],
    leads: Leads,
    connection: StoredConnection,
    patience: timedelta,
    afresh: Collection[int] = (),
    *,
    is_looking: bool = False,
) -> Result:
    """Writes leads into Odoo. The caller holds the writer lock. Raises OdooUnavailable, OdooRefused, PatienceEnded."""
    try:
        return Written(await syncing.write(work.reading, leads, connection, afresh, is_looking=is_looking))
    except TenantBlocked as blocked:
        return Unsent(leads, "blocked", str(blocked))
    except OdooAway as away:
        waited = min(away.age, max(work.now - item.claim.received_at for item in work.unfinished))
        if waited >= patience:
            raise PatienceEnded(f"gave up after {patience / timedelta(hours=1):g} hours {away}") from away
        raise


async def finish(work: Chunk[LeadScored], company_ids: Mapping[int, object], result: Result) -> None:
    """Saves the result of these companies, announces it, and ends their events."""
    items = [item for item in work.items if item.event.company.company_id in company_ids]
    async with work.finish(items) as tx:
        statuses = await result.save(tx)
        for item in items:
            work.announce(to_event(item.event, statuses[item.event.company.company_id]), cause=item)


def newest(items: Sequence[Item[LeadScored]]) -> dict[int, LeadScored]:
    """Selects the newest score of each company."""
    found: dict[int, LeadScored] = {}
    for item in items:
        event = item.event
        company_id = event.company.company_id
        other = found.get(company_id)
        if other is None or (other.enriched_at, other.scored_at) <= (event.enriched_at, event.scored_at):
            found[company_id] = event
    return found
