"""Finds obstacles to writing into a tenant's Odoo, explains how to remove them, and acts on the result."""

from collections.abc import Collection, Sequence
from typing import Any

from common.delivery.inbox import pauses
from common.postgres import Connection
from odoo_sync.model import NO_WISHES, LeadSettings
from odoo_sync.protocols.bulk_load import has_right
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused
from odoo_sync.protocols.servers import OdooServer
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables import links, outages, resyncs, states
from odoo_sync.tables.connections import StoredConnection

NAME = "odoo-sync"
MODULES = ("contacts", "crm")
MODELS = ("res.partner", "crm.lead")
OPERATIONS = ("read", "create", "write")
#: The required fields that our rows have.
FILLED = {"res.partner": ("name", "is_company", "type"), "crm.lead": ("name", "type", "user_id", "partner_id")}
GROUPS = {"res.partner": "Contact Creation", "crm.lead": "Sales: User: All Documents"}


async def find_problems(odoo: OdooServer, lead: LeadSettings = NO_WISHES) -> list[str]:
    """Lists the problems; none if leads with the tenant's settings can be written. Writes nothing.

    Raises OdooUnavailable.

    Whatever was remembered of the server is asked for again.
    """
    odoo.forget()
    try:
        missing = await _missing_modules(odoo)
    except (OdooBlocked, OdooRefused) as error:
        return [str(error)]
    problems = [f"the module {name} is not installed: install it in Odoo under Apps" for name in missing]
    for model in MODELS:
        if model == "crm.lead" and "crm" in missing:
            continue
        try:
            await odoo.columns(model)
            lacking = [operation for operation in OPERATIONS if not await has_right(odoo, model, operation)]
        except (OdooBlocked, OdooRefused) as error:
            problems.append(str(error))
            continue
        if lacking:
            problems.append(
                f"the key's user may not {' or '.join(lacking)} {model}: give it the right {GROUPS[model]!r}"
            )
    return problems or await _missing_names(odoo, lead)


async def _missing_names(odoo: OdooServer, lead: LeadSettings) -> list[str]:
    """Lists the team and the salesperson of the settings for new leads that Odoo does not know."""
    problems = []
    if lead.team and not await _count(odoo, "crm.team", [["name", "=", lead.team]]):
        problems.append(f"there is no sales team {lead.team!r} in Odoo: create it, or connect with another --team")
    known = ["|", ["name", "=", lead.salesperson], ["login", "=", lead.salesperson]]
    if lead.salesperson and not await _count(odoo, "res.users", known):
        problems.append(f"there is no user {lead.salesperson!r} in Odoo: connect with another --salesperson")
    return problems


async def _count(odoo: OdooServer, model: str, domain: list[Any]) -> int:
    return int(await odoo.execute(model, "search_count", domain=domain))


async def find_hints(odoo: OdooServer, lead: LeadSettings) -> list[str]:
    """Lists what may keep people from seeing leads, or make Odoo refuse them. Raises as any call does."""
    hints = [hint for model, filled in FILLED.items() for hint in await _unfilled(odoo, model, filled)]
    if lead.type != "lead":
        return hints
    defaults = await odoo.execute("crm.lead", "default_get", fields=["type"])
    if isinstance(defaults, dict) and defaults.get("type") == "opportunity":
        hints.append(
            "the setting Leads of Odoo's CRM is off, so no menu shows Leadgen's leads: switch it on (CRM, "
            "Configuration, Settings, Leads), or have opportunities made: "
            "`leadgen odoo connect --lead-type opportunity`"
        )
    return hints


async def _unfilled(odoo: OdooServer, model: str, filled: Collection[str]) -> list[str]:
    """Lists the fields that Odoo requires, that we do not fill, and that have no default."""
    fields = await odoo.execute(model, "fields_get", attributes=["required", "string"])
    required = {name: it.get("string") for name, it in fields.items() if it.get("required") and name not in filled}
    if not required:
        return []
    defaults = await odoo.execute(model, "default_get", fields=sorted(required))
    missing = [f"{label} ({name})" for name, label in sorted(required.items()) if not defaults.get(name)]
    if not missing:
        return []
    return [
        f"{model} requires {', '.join(missing)}, which we do not fill: Odoo may refuse new records; give the fields "
        "defaults, or make them optional"
    ]


def sight_hints(reasons: Sequence[str]) -> list[str]:
    """Names the missing rights to records that the user could not see at the last write. Pure."""
    if not reasons:
        return []
    rights = ["access to every company of these records (Settings, Users, Allowed Companies)"]
    if any("lead" in it.removeprefix("out of sight:") for it in reasons):
        rights.append(f"the right {GROUPS['crm.lead']!r}")
    return [
        f"{len(reasons)} leads are out of sight: their records are in Odoo, and the key's user may not see them. "
        f"Give it {' and '.join(rights)}, and see whether a record rule on Contact or Lead/Opportunity excludes it"
    ]


async def conclude(
    tx: Connection,
    syncing: LeadSync,
    tenant_id: int,
    connection: StoredConnection,
    problems: list[str],
    hints: Sequence[str] = (),
) -> dict[str, Any]:
    """Blocks the tenant if there are problems. If not, unblocks it, ends the wait, and requests a resync."""
    if problems:
        await states.block(tx, "; ".join(problems))
        waiting = await links.count_resynced(tx, connection.place, syncing.resynced)
        return {"problems": problems, "hints": [], "waiting": waiting}
    hints = [*hints, *sight_hints(await links.out_of_sight(tx))]
    was_blocked = await states.clear(tx)
    await outages.end(tx, connection.server)
    await pauses.end(tx, NAME, tenant_id)
    waiting = await request_resync(tx, syncing, connection)
    return {"problems": [], "hints": hints, "was_blocked": was_blocked, "waiting": waiting}


async def request_resync(
    tx: Connection, syncing: LeadSync, connection: StoredConnection, *, is_looking: bool = False
) -> int:
    """Announces a resync if there are unsent leads, or if all leads are to be compared; returns their number."""
    waiting = await links.count_resynced(tx, connection.place, syncing.resynced)
    if waiting or is_looking:
        await resyncs.request(tx)
    return waiting


async def _missing_modules(odoo: OdooServer) -> list[str]:
    """Lists the modules that are not installed; none if the user may not ask, since the models are checked later."""
    domain = [["name", "in", list(MODULES)], ["state", "=", "installed"]]
    if not await has_right(odoo, "ir.module.module", "read"):
        return []
    found = await odoo.execute("ir.module.module", "search_read", domain=domain, fields=["name"])
    return [name for name in MODULES if not any(it.get("name") == name for it in found)]
