"""A report as people read it: the page, the text, and the command that prints them."""

import asyncio
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeAlias

import asyncpg

from common.postgres import Database
from nightly.report.page import render_page
from nightly.report.terminal import as_text
from testkit.nights.known_night import report, the_known_night

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SCRIPT = "leadgen-nightly-report"


class Page(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


async def test_the_page_needs_nothing_else_and_escapes_what_comes_from_outside(
    database: Database, owner: Owner
) -> None:
    """No script, no picture, no style from elsewhere; a company's name is text, never a tag. Bars are to scale."""
    runs = await the_known_night(owner)
    await owner.execute("UPDATE run_companies SET name = '<script>alert(1)</script>' WHERE company_id = 1")
    await owner.execute(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES (1, 'https://odoo.example/', 'db', '')"
    )
    page = Page(render_page(await report(database, *runs)))

    tags = {tag for tag, _ in page.tags}
    assert "svg" in tags
    assert not tags & {"script", "img", "link", "iframe", "object"}
    assert "<script>alert(1)</script>" in page.texts
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links[0] == "https://odoo.example/mail/view?model=crm.lead&res_id=4001"
    bars = [attributes["width"] for tag, attributes in page.tags if (tag, attributes.get("class")) == ("rect", "main")]
    assert bars[:5] == [f"{100 * reached / 15:.2f}" for reached in (15, 14, 12, 10, 4)]


async def test_the_text_fits_into_80_columns(database: Database, owner: Owner) -> None:
    """Every line, and it has the figures of the balance."""
    text = as_text(await report(database, *await the_known_night(owner)))

    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"Tenant 1 +12 +11 +9 +7 +4 +0\n", text)
    assert re.search(r"Tenant 2 +3 +3 +3 +3 +0 +0\n", text)


async def test_the_operators_command_prints_the_report_and_writes_the_page(
    database: Database, owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """The operator's command prints the report and writes the page, as it is typed.

    What it is given in error gets a line and an exit code, and nothing is written.
    """
    _, second = await the_known_night(owner)
    page = tmp_path / "night.html"

    async def typed(*command: str, **settings: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name(command[0]),
            *command[1:],
            env={**os.environ, "DATABASE_URL": database_url, "COLUMNS": "80", **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), errors.decode()

    code, out, errors = await typed("leadgen", "nightly", "report", "2026-11-29", "--html", str(page))
    assert (code, errors) == (0, "")
    assert re.search(r"Tenant 1 +12 +11 +9 +7 +4 +0\n", out)
    assert str(page) in out.replace("\n", "")
    assert "<!doctype html>" in page.read_text(encoding="utf-8")
    code, out, _ = await typed(SCRIPT, str(second.run_id))
    assert (code, "Tenant 1" in out, "Tenant 2" in out) == (0, False, True)

    for arguments, expected, words in (
        (("yesterday",), 2, "'yesterday' is neither a night such as 2026-11-29 nor the id of a run"),
        (("2031-01-01",), 1, "no tenant had a run in the night of 2031-01-01"),
        (("--mail",), 2, "--mail needs the settings SMTP_URL and REPORT_TO"),
        (("--html", str(tmp_path / "nowhere" / "night.html")), 1, "No such file or directory"),
    ):
        code, _, errors = await typed(SCRIPT, *arguments)
        assert (code, words in errors, "Traceback" in errors) == (expected, True, False), errors
    code, _, errors = await typed(SCRIPT, DATABASE_URL="postgresql://127.0.0.1:1/nothing")
    assert (code, "PostgreSQL does not answer" in errors) == (1, True)
