"""The rules of a night, from the settings and the command's options. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from nightly.model import Caps, RunRefused, Tenant
from nightly.plan.selection import Ages
from nightly.settings import NightlySettings

#: Nights before today that may still be run or resumed: the stages remember their events for longer.
NIGHTS_BACK = 7


@dataclass(frozen=True)
class Rules:
    """Rules of a night's plans. `skip` names steps of the run and of its enrichments to leave out."""

    night: date
    daily_cap: int
    limit: int | None = None
    skip: tuple[str, ...] = ()
    ages: Ages = field(default_factory=Ages)
    vendor_caps: Mapping[str, int] = field(default_factory=dict)
    upsert_patience: timedelta = timedelta(minutes=30)
    odoo_patience: timedelta = timedelta(minutes=5)
    window: timedelta = timedelta(hours=6)

    def caps_of(self, tenant: Tenant) -> Caps:
        """Returns the caps of a tenant's run."""
        return Caps(self.daily_cap, tenant.nightly_cap, self.limit)

    def deadlines(self, began: datetime) -> tuple[datetime, datetime]:
        """Returns the end of the window, and the time limit for the upserter, of a start at `began`."""
        return began + self.window, began + self.upsert_patience


def rules_of(settings: NightlySettings, night: date, *, today: date, limit: int | None = None) -> Rules:
    """Builds the rules of a night. Raises RunRefused for a date in the future, or too far in the past."""
    if night > today:
        raise RunRefused(f"the night of {night} has not come yet: today is {today} in Singapore")
    if night < today - timedelta(days=NIGHTS_BACK):
        raise RunRefused(f"the night of {night} is too long ago: the last {NIGHTS_BACK} may be run")
    return Rules(
        night=night,
        daily_cap=settings.sched_daily_cap_per_tenant,
        limit=limit,
        skip=settings.sched_skip,
        ages=settings.ages,
        vendor_caps=settings.vendor_caps,
        upsert_patience=timedelta(minutes=settings.sched_upsert_minutes),
        odoo_patience=timedelta(minutes=settings.sched_odoo_patience_minutes),
        window=timedelta(minutes=settings.sched_window_minutes),
    )
