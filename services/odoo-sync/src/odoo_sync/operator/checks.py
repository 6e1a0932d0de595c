"""Finds what prevents writing into a tenant's Odoo, in words that tell the operator what to do."""

from odoo_sync.protocols.bulk_load import has_right
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused
from odoo_sync.protocols.servers import OdooServer

MODULES = ("contacts", "crm")
MODELS = ("res.partner", "crm.lead")
OPERATIONS = ("read", "create", "write")
GROUPS = {"res.partner": "Contact Creation", "crm.lead": "Sales: User: All Documents"}


async def find_problems(odoo: OdooServer) -> list[str]:
    """Lists the problems; empty if leads would go through. Writes nothing. Raises OdooUnavailable.

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
    return problems


async def _missing_modules(odoo: OdooServer) -> list[str]:
    """Lists the modules that are not installed; none if the user may not ask, as the models are checked later."""
    domain = [["name", "in", list(MODULES)], ["state", "=", "installed"]]
    if not await has_right(odoo, "ir.module.module", "read"):
        return []
    found = await odoo.execute("ir.module.module", "search_read", domain=domain, fields=["name"])
    return [name for name in MODULES if not any(it.get("name") == name for it in found)]
