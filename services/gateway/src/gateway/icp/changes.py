"""Changes a tenant's ICP: one transaction writes the row, the event and the audit log."""

from common.contracts import Icp, IcpChanged
from common.postgres import Database
from gateway import audit_log
from gateway.access.caller import Caller
from gateway.access.tenants import Tenants
from gateway.icp import rules
from gateway.messaging.requests import Requests


class IcpChanges:
    """The one way to change an ICP, for PUT /icp and for the chat."""

    def __init__(self, database: Database, requests: Requests, tenants: Tenants) -> None:
        self._database = database
        self._requests = requests
        self._tenants = tenants

    async def replace(
        self, caller: Caller, wanted: Icp, traceparent: str | None = None, *, instead_of: Icp | None = None
    ) -> bool:
        """Replaces the whole ICP. If it changes, the tenant's leads are scored again, in the background.

        With `instead_of`, only that ICP is replaced: returns False, and changes nothing, if the tenant has a third one.
        Raises Unavailable, and OutcomeUnknown if the change may have been made; it may be repeated.
        """
        async with self._database.transaction(caller.tenant_id) as tx:
            if instead_of is not None and await rules.find_locked(tx) not in (instead_of, wanted):
                return False
            changed_at = await rules.save(tx, wanted)
            if changed_at is not None:
                changed = IcpChanged(tenant_id=caller.tenant_id, icp=wanted, changed_at=changed_at)
                await self._requests.announce(tx, changed, traceparent)
                await audit_log.write(tx, caller, "icp.changed", "icp", wanted.model_dump(mode="json"))
        self._tenants.forget(caller.tenant_id)
        return True
