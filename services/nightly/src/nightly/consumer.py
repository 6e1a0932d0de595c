"""Starts the runs that are asked for by hand, with the plan and the code of the nightly command.

in          out                             when run again                 on a failure
RequestRun  RefreshRegister,                a run without a manifest is    commands to the upserter stay; the
            RequestUpsert,                  planned; one with a manifest   manifest and its requests are all or
            RequestCandidates and           stays as it is                 nothing; a run that was begun is
            RequestNightlyEnrichment of                                    recorded as failed
            the tenant's night

While the database is away, an event waits. After a `Transient` error it is retried for 24 hours, then it is a dead
letter; after any other error it is one at once.

`planning` announces in transactions of its own. The background task of `run/follower.py`, which `main.py` starts,
records the progress and the end of the runs.
"""

from common.contracts import RequestRun
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from nightly import planning
from nightly.night import Choice, choose
from nightly.rules import rules_of
from nightly.run.tenant_run import Options, ensure_planned
from nightly.settings import NightlySettings
from nightly.tables.runs import Start


def nightly(database: Database, settings: NightlySettings) -> Stage:
    """Builds the stage."""
    stage = Stage("nightly")

    @stage.handles(RequestRun)
    async def start_run(work: Work[RequestRun]) -> None:
        """Plans and publishes the run. Waits for the upserter (SCHED_UPSERT_MINUTES at most), not for the companies."""
        request = work.event
        only = frozenset({request.tenant_id})
        rules = rules_of(settings, request.night, today=day_in_singapore(work.now), limit=request.limit)
        [tenant] = (await choose(database, Choice(only=only, require_odoo=settings.sched_require_odoo))).tenants
        await planning.announce_refresh(database, rules)
        asked_at = request.requested_at
        window_ends_at, upserts_until = rules.deadlines(asked_at)
        start = Start(
            trigger="request",
            caps=rules.caps_of(tenant),
            skip=rules.skip,
            requested_at=asked_at,
            window_ends_at=window_ends_at,
            upserts_until=upserts_until,
            requested_by=request.requested_by,
        )
        await ensure_planned(database, tenant, rules, Options(start, wait=False))

    return stage
