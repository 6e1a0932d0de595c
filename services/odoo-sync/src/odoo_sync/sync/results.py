"""The result for a chunk of leads, to be saved in the transaction that announces it.

Written      their links, after Odoo was called
Unchanged    nothing to write: only their times are newer
Unsent       stored for a later resync: the tenant has no Odoo, or is blocked
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from common.contracts import LeadScored, LeadSynced
from common.postgres import Connection
from odoo_sync.model import Leads, Link, LinkStatus, SyncOutcome
from odoo_sync.tables import links


@dataclass(frozen=True)
class Written:
    """Links to save, by company."""

    links: Mapping[int, Link]

    async def save(self, tx: Connection) -> Mapping[int, LinkStatus]:
        """Writes the links; returns their status. May be repeated."""
        await links.save(tx, self.links)
        return {company_id: link.status for company_id, link in self.links.items()}


@dataclass(frozen=True)
class Unchanged:
    """Leads whose links need no change, with the status of the links."""

    leads: Leads
    statuses: Mapping[int, LinkStatus]

    async def save(self, tx: Connection) -> Mapping[int, LinkStatus]:
        """Advances the times of the links; returns their status. May be repeated."""
        await links.mark_unchanged(tx, self.leads)
        return self.statuses


@dataclass(frozen=True)
class Unsent:
    """Leads that cannot be sent now, with the reason."""

    leads: Leads
    outcome: SyncOutcome
    reason: str | None = None

    async def save(self, tx: Connection) -> Mapping[int, LinkStatus]:
        """Stores the leads in their links; returns the links' status. May be repeated."""
        return await links.save_unsent(tx, self.leads, self.outcome, self.reason)


Result: TypeAlias = Written | Unchanged | Unsent


def to_event(event: LeadScored, status: LinkStatus) -> LeadSynced:
    """Builds the announcement of a lead's status."""
    outcome = status.outcome
    has_records = outcome in ("synced", "refused", "deleted")
    return LeadSynced(
        tenant_id=event.tenant_id,
        company=event.company,
        outcome="synced" if outcome == "synced" else "no_connection",
        held_back=None if outcome == "synced" or outcome == "no_connection" else outcome,
        partner_id=status.partner_id if has_records else None,
        contact_id=status.contact_id if has_records else None,
        lead_id=status.lead_id if has_records else None,
        reason=status.reason,
    )
