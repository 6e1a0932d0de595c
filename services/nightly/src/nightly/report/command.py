"""Prints the report on a night, writes it as a page, and sends it: the script behind `leadgen nightly report`."""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

from rich.console import Console

from common.errors import LeadgenError, Permanent
from common.observability import logs
from common.postgres import Database
from common.settings import read
from nightly.report.mail import build_mail, send_mail
from nightly.report.night import Night
from nightly.report.night_queries import read_night
from nightly.report.page import render_page
from nightly.report.terminal import as_text, show
from nightly.report.wording import day, verdict
from nightly.settings import ReportSettings

SERVICE = "nightly"


class NotWritten(Permanent):
    """The page cannot be written to the file."""


def main() -> None:
    """Console script. Exits with 1 if there is no such night or something failed, with 2 for wrong options."""
    parser = argparse.ArgumentParser(prog="leadgen nightly report", description="Report on a night.")
    parser.add_argument(
        "run", nargs="?", type=_run, help="a night such as 2026-11-29, or a run's id; by default the latest night"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the report as a page")
    parser.add_argument("--quiet", action="store_true", help="print one sentence instead of the report")
    parser.add_argument("--mail", action="store_true", help="also send it to REPORT_TO, through SMTP_URL")
    given = parser.parse_args()
    settings = read(ReportSettings)
    logs.configure(SERVICE, settings.log_level, stream=sys.stderr)
    if given.mail and not settings.sends_reports:
        parser.error("--mail needs the settings SMTP_URL and REPORT_TO")
    try:
        night = asyncio.run(_read(settings, given.run))
        if given.quiet:
            sys.stdout.write(f"{verdict(night)}\n")
        else:
            show(night, Console())
        if given.html is not None:
            _write(given.html, render_page(night))
            sys.stdout.write(f"\nThe page is in {given.html}\n")
        if given.mail:
            refused = send_report(settings, night)
            sys.stdout.write(f"\nSent to {', '.join(settings.report_to)}\n")
            if refused:
                raise SystemExit(f"The mail server refused {'; '.join(refused)}")
    except LeadgenError as error:
        raise SystemExit(str(error)) from None


def send_report(settings: ReportSettings, night: Night) -> list[str]:
    """Sends the report to REPORT_TO; blocks until the mail server has accepted it.

    Returns the recipients that it refused, and why. Raises MailRefused, MailUnavailable if nobody gets the report.
    """
    message = build_mail(
        settings.report_from,
        settings.report_to,
        f"Leadgen, night of {day(night.night)}: {verdict(night)}",
        as_text(night),
        render_page(night),
        f"leadgen-{night.night}.html",
    )
    return send_mail(settings.smtp_url or "", message)


async def _read(settings: ReportSettings, which: date | UUID | None) -> Night:
    database = await Database.of_service(SERVICE, settings)
    try:
        return await read_night(
            database,
            which,
            settings.vendor_prices,
            include=settings.sched_tenant_include,
            exclude=settings.sched_tenant_exclude,
        )
    finally:
        await database.close()


def _run(given: str) -> date | UUID:
    """Parses a night or a run's id."""
    for parse in (date.fromisoformat, UUID):
        try:
            return parse(given)
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{given!r} is neither a night such as 2026-11-29 nor the id of a run")


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise NotWritten(f"the page cannot be written to {file}: {error.strerror}") from error
