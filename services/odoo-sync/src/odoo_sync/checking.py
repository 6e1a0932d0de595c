"""What keeps us from writing into a tenant's Odoo, in words that tell the operator what to do."""

from odoo_sync.loading import may
from odoo_sync.odoo import OdooBlocked, OdooRefused
from odoo_sync.servers import OdooServer

MODULES = ("contacts", "crm")
MODELS = ("res.partner", "crm.lead")
OPERATIONS = ("read", "create", "write")
GROUPS = {"res.partner": "Contact Creation", "crm.lead": "Sales: User: All Documents"}


async def check(odoo: OdooServer) -> list[str]:
    """What is wrong; nothing where the sync would go through. Writes nothing. Raises OdooUnavailable.

    The server is asked anew for all that was learnt of it.
    """
    odoo.forget()
    try:
        missing = await _missing_modules(odoo)
    except (OdooBlocked, OdooRefused) as error:
        return [str(error)]
    findings = [f"the module {name} is not installed: install it in Odoo under Apps" for name in missing]
    for model in MODELS:
        if model == "crm.lead" and "crm" in missing:
            continue
        try:
            await odoo.columns(model)
            lacking = [operation for operation in OPERATIONS if not await may(odoo, model, operation)]
        except (OdooBlocked, OdooRefused) as error:
            findings.append(str(error))
            continue
        if lacking:
            findings.append(
                f"the key's user may not {' or '.join(lacking)} {model}: give it the right {GROUPS[model]!r}"
            )
    return findings


async def _missing_modules(odoo: OdooServer) -> list[str]:
    """Asks for the installed ones; where the user may not, the models themselves will tell."""
    domain = [["name", "in", list(MODULES)], ["state", "=", "installed"]]
    if not await may(odoo, "ir.module.module", "read"):
        return []
    found = await odoo.execute("ir.module.module", "search_read", domain=domain, fields=["name"])
    return [name for name in MODULES if not any(it.get("name") == name for it in found)]
