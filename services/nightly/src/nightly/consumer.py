"""Starts the runs that are asked for by hand, with the plan and the code of the nightly command.

in          out                              on a repeat                on a failure
RequestRun  RefreshRegister, RequestUpsert,  the run is resumed; one    nothing is half published; a request that
            RequestCandidates and            that is published is       cannot be met is a dead letter
            RequestNightlyEnrichment of      left as it is
            the tenant's night

`following` records how far the runs get, and how they end.
"""

from common.contracts import RequestRun
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from common.singapore import day_in_singapore
from nightly import planning
from nightly.night import Choice, choose
from nightly.rules import rules_of
from nightly.run import Options, ensure_planned
from nightly.settings import NightlySettings
from nightly.tables.runs import Start


def nightly(database: Database, settings: NightlySettings) -> Stage:
    """Builds the stage."""
    stage = Stage("nightly")

    @stage.handles(RequestRun)
    async def start_run(work: Work[RequestRun]) -> None:
        """Plans and publishes the run, then ends; it waits for the upserter, not for the companies."""
        request = work.event
        only = frozenset({request.tenant_id})
        rules = rules_of(settings, request.night, today=day_in_singapore(work.now), limit=request.limit)
        [tenant] = (await choose(database, Choice(only=only, require_odoo=settings.sched_require_odoo))).tenants
        await planning.announce_refresh(database, rules)
        caps = rules.caps_of(tenant)
        asked_at = request.requested_at
        start = Start("request", caps, rules.skip, asked_at, *rules.moments(asked_at), request.requested_by)
        await ensure_planned(database, tenant, rules, Options(start, wait=False))
        async with work.finish():
            pass  # wakes the relay

    return stage
