"""Figures and sentences of the page, the terminal and the e-mail. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from common.singapore.calendar import SINGAPORE
from nightly.report.night import STAGES, Balance, Night

STEPS = {
    "find_site": "find the website",
    "crawl": "read the website",
    "tavily": "search (Tavily)",
    "extract": "extract facts",
    "understand": "understand (model)",
    "lusha": "find people (Lusha)",
    "zerobounce": "verify e-mail",
    "score": "score",
    "sync": "write to Odoo",
}


def day(night: date) -> str:
    """Writes a date, such as 29 November 2026."""
    return f"{night.day} {night:%B %Y}"


def moment(at: datetime) -> str:
    """Writes a time of day in Singapore, with the date."""
    local = at.astimezone(SINGAPORE)
    return f"{local.day} {local:%b %H:%M}"


def count(number: int) -> str:
    """Writes a number with separators."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Writes a number with its noun: 1 lead, 2 leads, 2 companies."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def milliseconds(number: int) -> str:
    """Writes a duration with three digits at most: 420 ms, 3.2 s, 2 min 5 s."""
    if number < 1000:
        return f"{number} ms"
    if number < 60_000:
        return f"{number / 1000:.1f} s"
    minutes, seconds = divmod(round(number / 1000), 60)
    return f"{minutes} min {seconds} s"


def span(took: timedelta | None) -> str:
    """Writes the duration of a night; a night in progress has none."""
    if took is None:
        return "not over"
    seconds = round(took.total_seconds())
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def units(number: float | None) -> str:
    """Writes units per lead: at most two decimals; a dash without leads."""
    return "–" if number is None else f"{number:,.2f}".rstrip("0").rstrip(".")


def step_words(step: str) -> str:
    """Names a step in words for people."""
    return STEPS.get(step, step.replace("_", " "))


def stages(balance: Balance) -> list[tuple[str, int]]:
    """Pairs the stages with the number of companies that reached them."""
    return list(zip(STAGES, balance.reached, strict=True))


def verdict(night: Night) -> str:
    """Summarises the night in one or two sentences."""
    if not night.tenants:
        return "No tenant had a run."
    high = night.buckets["High"]
    leads = f"{plural(night.leads, 'lead')} for {plural(len(night.tenants), 'tenant')}, {high:,} of them High."
    if night.to_do:
        return f"{leads} {plural(night.to_do, 'item needs', 'items need')} action."
    if night.took is None:
        return f"{leads} The night is not over."
    return f"{leads} No action is needed."


def without_run(night: Night) -> str:
    """Names the active tenants that had no run; empty if each had one."""
    said = []
    if night.missed:
        why = f"Run `leadgen nightly --date {night.night}`: it runs the tenants that have none, and resumes the others."
        said.append(f"No run this night, though they have an Odoo connection: {_names(night.missed)}. {why}")
    if night.without_run:
        why = "Tenants without an Odoo connection are left out unless `SCHED_REQUIRE_ODOO` is false."
        said.append(f"No run this night: {_names(night.without_run)}. {why}")
    return " ".join(said)


def _names(tenants: Sequence[str]) -> str:
    others = f" and {len(tenants) - 10} others" if len(tenants) > 10 else ""
    return ", ".join(tenants[:10]) + others


def balance_words(night: Night) -> str:
    """Writes whether every published company is accounted for."""
    if night.is_balanced:
        stages = "each one reached the next stage, or the report gives the reason"
        return f"Every published company is accounted for: {stages}."
    unexplained = sum(it.balance.unexplained for it in night.tenants)
    return f"{plural(unexplained, 'company is', 'companies are')} not accounted for: run `leadgen audit`."
