"""Parses the options of the nightly command. Pure: it starts nothing."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from nightly.settings import tenant_numbers


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Reports an error in one line."""
        sys.stderr.write(f"{self.prog}: {message}\n")
        raise SystemExit(2)


@dataclass(frozen=True)
class Command:
    """Options of a start. `None` means the setting's value, or today."""

    tenants: frozenset[int]
    include: frozenset[int] | None
    exclude: frozenset[int] | None
    limit: int | None
    night: date | None
    from_manifest: str | None
    is_dry_run: bool
    wait: bool
    as_json: bool


def read_command(arguments: Sequence[str] | None = None) -> Command:
    """Parses the command's options. Exits with 2 and one line for an invalid one, with 0 after `--help`."""
    parser = _Parser(
        prog="leadgen-nightly",
        description="Runs the night of every active tenant: plans, publishes, waits until the companies are scored and"
        " synced, and prints a summary. A second start on the same day resumes. Exit code: 0 all done, 3 partial,"
        " 1 failure, 2 wrong options.",
    )
    parser.add_argument("--tenant", type=_tenants, action="append", default=[], help="only these tenants, such as 1,2")
    parser.add_argument("--include", type=_tenants, help="instead of SCHED_TENANT_INCLUDE")
    parser.add_argument("--exclude", type=_tenants, help="instead of SCHED_TENANT_EXCLUDE")
    parser.add_argument("--limit", type=_number, help="companies per tenant, if lower than the tenant's cap")
    parser.add_argument("--date", type=_day, help="the night, as YYYY-MM-DD in Singapore; default: today's")
    parser.add_argument(
        "--from-manifest", metavar="FILE|RUN", help="companies of a JSON file (see --dry-run --json) or of a run's id"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the plan and write nothing")
    parser.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="wait until the runs are over or their window ends",
    )
    parser.add_argument("--json", action="store_true", help="print the summary or the plan as JSON")
    given = parser.parse_args(arguments)
    return Command(
        tenants=frozenset().union(*given.tenant),
        include=given.include,
        exclude=given.exclude,
        limit=given.limit,
        night=given.date,
        from_manifest=given.from_manifest,
        is_dry_run=given.dry_run,
        wait=given.wait,
        as_json=given.json,
    )


def _tenants(given: str) -> frozenset[int]:
    try:
        return tenant_numbers(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number(given: str) -> int:
    if not given.isdecimal() or int(given) >= 2**31:
        raise argparse.ArgumentTypeError(f"{given!r} is not a number of companies")
    return int(given)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r} is not a date such as 2026-11-23") from None
