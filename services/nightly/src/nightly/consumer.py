"""Starts a tenant's night on request (`POST /admin/runs/nightly`), by the code of the command `leadgen nightly`.

in          out                             when run again                 on a failure
RequestRun  RefreshRegister,                a run without a manifest (the  the three kinds of commands to the
            RequestUpsert and               list of its companies) is      upserter stay announced; the manifest
            RequestCandidates to the        planned; one with a manifest   and the enrichment requests are all
            upserter; then, for each        stays as it is                 or nothing; a run that was begun is
            company of the night,                                          recorded as failed
            RequestNightlyEnrichment

Lanes: RequestRun, and all that is announced, is nightly.

A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An event ends
when its handler returns; announced events are sent once their transaction has committed. While the database is away, an
event waits. After a `Transient` error it is retried for 24 hours, then it is a dead letter. After any other error it is
a dead letter at once; too many unknown errors pause the tenant instead.

`planning` announces in transactions of its own, not in one of the event's. The background task of `run/follower.py`,
which `main.py` starts, records the progress and the end of the runs.
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
    """Builds the stage. `settings` are those of the command: caps, steps to skip, the window of a night."""
    stage = Stage("nightly")

    @stage.handles(RequestRun)
    async def start_run(work: Work[RequestRun]) -> None:
        """Plans and publishes the run. Waits for the upserter (SCHED_UPSERT_MINUTES at most), not for the companies.

        Raises RunRefused for a tenant that is not active, or lacks the Odoo that SCHED_REQUIRE_ODOO requires.
        """
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
