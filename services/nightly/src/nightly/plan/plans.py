"""A tenant's plan; the plans of a dry run as text, and as JSON for `--from-manifest`. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from nightly.model import Caps, Tenant, run_id_of
from nightly.plan.selection import Target


class Plan(NamedTuple):
    """The companies that a night requests, and the number of due candidates by reason."""

    tenant: Tenant
    targets: Sequence[Target]
    considered: Mapping[str, int]
    caps: Caps


def as_json(plans: Sequence[Plan], night: date) -> str:
    """Formats the plans as a JSON list, one manifest per tenant."""
    return json.dumps(
        [
            {
                "tenant_id": it.tenant.tenant_id,
                "name": it.tenant.name,
                "night": str(night),
                "run_id": str(run_id_of(night, it.tenant.tenant_id)),
                "cap": it.caps.cap,
                "considered": it.considered,
                "companies": [
                    {
                        "company_id": target.company.company_id,
                        "uen": target.company.uen,
                        "name": target.company.name,
                        "reason": target.reason,
                        "detail": target.detail,
                    }
                    for target in it.targets
                ],
            }
            for it in plans
        ]
    )


def as_text(plans: Sequence[Plan], night: date) -> str:
    """Formats a paragraph per tenant: its caps, the due candidates, and each company with its reason."""
    lines: list[str] = []
    for it in plans:
        due = ", ".join(f"{count} {reason}" for reason, count in it.considered.items())
        lines.append(
            f"tenant {it.tenant.tenant_id}, {it.tenant.name}: {len(it.targets)} companies of at most {it.caps.cap};"
            f" due are {due}"
        )
        width = max((len(target.company.uen) for target in it.targets), default=0)
        lines += [
            f"  {place:>3}  {target.company.uen:<{width}}  {target.reason:<7}  {target.company.name}: {target.detail}"
            for place, target in enumerate(it.targets, 1)
        ]
    lines.append(f"night of {night}: nothing was written")
    return "\n".join(lines)
