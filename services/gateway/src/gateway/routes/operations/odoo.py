"""GET and PUT /odoo, POST /odoo/check: the tenant's Odoo connection, for its admins. The API key is never shown."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from common.contracts import CheckOdoo
from gateway import audit_log
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps, Traceparent
from gateway.http.api_document import errors
from gateway.http.problems import Problem
from gateway.odoo import connections
from gateway.odoo.connections import StoredOdoo
from gateway.odoo.schema import OdooConnection

router = APIRouter(prefix="/odoo")

NONE = errors({404: "The tenant has no Odoo connection"})
KEY_NEEDED = errors({409: "Address, database or login are new: send the API key too"})


class CheckRequested(BaseModel):
    """A check that odoo-sync will make shortly: `GET /odoo` shows its outcome, in `last_check`."""

    requested_at: datetime


@router.get("", responses=NONE)
async def show(tenant: CurrentTenant, deps: Deps) -> StoredOdoo:
    """Shows the tenant's Odoo connection without its API key, and the outcome of the latest check."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await connections.find(tx)
    if found is None:
        raise _none(tenant.tenant_id)
    return found


@router.put("", responses=KEY_NEEDED)
async def store(body: OdooConnection, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> StoredOdoo:
    """Stores the tenant's Odoo connection; the next lead is sent there. `POST /odoo/check` checks it.

    The API key is stored encrypted, and no route shows it. Without one in the body the stored key stays, which is
    possible only for the same address, database and login. Without `lead` the stored wishes for new leads stay.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    if body.api_key is not None and deps.settings.credentials is None:
        raise Problem(
            503,
            "Not set up",
            "This gateway has no ODOO_CREDENTIALS_KEY to encrypt with: tell its operator.",
            retry_after_s=60,
        )
    async with deps.database.transaction(tenant.tenant_id) as tx:
        if body.api_key is not None and deps.settings.credentials is not None:
            key = deps.settings.credentials.encrypt(body.api_key.get_secret_value().encode())
            await connections.store(tx, body, key)
        elif not await connections.change(tx, body):
            raise Problem(
                409,
                "API key needed",
                "No connection is stored with this address, database and login: send `api_key` too.",
            )
        details = {"url": body.url, "database": body.database, "login": body.login, "new_key": body.api_key is not None}
        await audit_log.write(tx, caller, "odoo.connected", body.url, details)
        stored = await connections.find(tx)
    assert stored is not None  # noqa: S101 # stored in this transaction
    return stored


@router.post("/check", status_code=202, responses=NONE)
async def check(
    caller: CurrentCaller, tenant: CurrentTenant, deps: Deps, traceparent: Traceparent = None
) -> CheckRequested:
    """Requests a check by odoo-sync: whether leads can be sent. If so, those that wait are sent."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    wanted = CheckOdoo(tenant_id=tenant.tenant_id, requested_by=caller.subject, requested_at=datetime.now(UTC))
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await connections.find(tx)
        if found is None:
            raise _none(tenant.tenant_id)
        await deps.requests.announce(tx, wanted, traceparent, "interactive")
        await audit_log.write(tx, caller, "odoo.checked", found.url)
    deps.requests.wake()
    return CheckRequested(requested_at=wanted.requested_at)


def _none(tenant_id: int) -> Problem:
    return Problem(404, "No Odoo", f"Tenant {tenant_id} has no Odoo connection: store one with `PUT /odoo`.")
