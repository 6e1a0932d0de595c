"""Gives a tenant weights of its own, or removes them, and makes the scorer score its leads again."""

import json

import asyncpg

from common.errors import Permanent
from leadgen.scoring.leads import of_tenant
from leadgen.scoring.weights import Weights
from leadgen.service_scripts import NotInstalled, ScriptFailed, run_script

#: The scorer's own script.
SCRIPT = "leadgen-scorer-rescore"

SAVE = """
    INSERT INTO scoring_models (tenant_id, weights, version) VALUES (tenant(), $1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET weights = excluded.weights, version = excluded.version, set_at = now()
"""
HELD = "SELECT weights FROM scoring_models WHERE tenant_id = tenant() AND version = $1"
FORGET = "DELETE FROM scoring_models WHERE tenant_id = tenant()"


class NotApplied(Permanent):
    """The weights were not written."""


class NotRescored(Permanent):
    """The weights are written, but the leads still have scores by the old ones."""


async def apply(database_url: str, tenant_id: int, weights: Weights | None) -> None:
    """Sets the tenant's own weights; `None`: the model's. May be repeated. Raises NotApplied."""
    try:
        async with of_tenant(database_url, tenant_id) as tx:
            if weights is None:
                await tx.execute(FORGET)
            else:
                held = await tx.fetchval(HELD, weights.version)
                if held is not None and json.loads(held) != weights.weights:
                    raise NotApplied(
                        f"tenant {tenant_id} has other weights with the version {weights.version}, and scores name "
                        "their version: give these weights another one"
                    )
                await tx.execute(SAVE, json.dumps(dict(weights.weights)), weights.version)
    except asyncpg.ForeignKeyViolationError as error:
        raise NotApplied(
            f"there is no tenant {tenant_id}: `leadgen tenant add --tenant {tenant_id}` adds it"
        ) from error
    except asyncpg.CheckViolationError as error:
        raise NotApplied("weights are numbers from 0 to 1,000,000, and not all of them 0") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise NotApplied("this login may not write weights: use the database's owner, not a service's login") from error


async def rescore(database_url: str, tenant_id: int) -> dict[str, int]:
    """Scores the tenant's leads again; returns their number, and how many `changed` and will be announced.

    Raises NotRescored with what to do.
    """
    later = f"the leads keep their scores until `{SCRIPT} {tenant_id}` is run where the scorer is installed"
    try:
        report: dict[str, int] = await run_script(SCRIPT, str(tenant_id), environment={"DATABASE_URL": database_url})
    except NotInstalled as error:
        raise NotRescored(f"{error}: {later}") from error
    except ScriptFailed as error:
        raise NotRescored(f"{error}\nThe weights are written; {later}") from error
    return report
