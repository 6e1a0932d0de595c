"""Reports of odoo-sync's script, one per tenant, and their lines in the terminal."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

import typer

from common.errors import Permanent
from leadgen.service_scripts import NotInstalled, ScriptFailed, run_script

SCRIPT = "leadgen-odoo-operate"

Report: TypeAlias = dict[str, Any]


class OdooCommandFailed(Permanent):
    """odoo-sync's script failed; the message is its own."""


async def operate(
    command: str, database_url: str, credentials_key: str, tenant: int | None, more: Sequence[str] = ()
) -> Sequence[Report]:
    """Returns the report of odoo-sync's script for each tenant. Raises OdooCommandFailed."""
    about = [*more] if tenant is None else ["--tenant", str(tenant), *more]
    environment = {"DATABASE_URL": database_url, "ODOO_CREDENTIALS_KEY": credentials_key}
    try:
        answer = await run_script(SCRIPT, command, *about, environment=environment)
    except NotInstalled as error:
        raise OdooCommandFailed(f"{error}: run it where odoo-sync is installed") from error
    except ScriptFailed as error:
        raise OdooCommandFailed(str(error)) from error
    reports: list[Report] = answer["tenants"]
    return reports


def is_held(found: Report) -> bool:
    """Whether leads wait for a person's action, other than records that people deleted on purpose."""
    return bool(found.get("links", {}).get("blocked") or found.get("links", {}).get("refused"))


def answered(reports: Sequence[Report], as_json: bool) -> list[Report]:
    """Selects the reports of Odoos that answered. Prints the reasons of the others, and whose leads wait."""
    for it in reports:
        if "waiting_since" in it:
            since = datetime.fromisoformat(it["waiting_since"])
            say(
                f"tenant {it['tenant']}: waiting for Odoo since {since:%Y-%m-%d %H:%M} UTC; {it['waiting_events']} "
                "events wait and are sent when it answers",
                as_json,
            )
        if "error" in it:
            say(f"tenant {it['tenant']}: {it['error']}", as_json)
    return [it for it in reports if "error" not in it]


def difference(found: Report) -> str:
    """Describes a difference between Odoo and the rows that were written."""
    about = f"{found['uen']} {found['record']}"
    match found["what"]:
        case "duplicate":
            return f"{about}: {len(found['ids'])} partners have this UEN: {', '.join(map(str, found['ids']))}"
        case "refused":
            return "".join([f"{about}: refused: {found['reason']}", *(f"\n  {it}" for it in found["candidates"])])
        case "changed":
            written, there = found["written"], found["there"]
            return f"{about} {found['id']}: {found['column']} is {there!r}; we wrote {written!r}"
    return f"{about} {found['id']}: {found['what']}"


def say(line: str, as_json: bool) -> None:
    """Prints a line, unless JSON was requested."""
    if not as_json:
        typer.echo(line)


def end(reports: Sequence[Report], as_json: bool, *, is_well: bool) -> None:
    """Prints JSON if it was requested. Exits with 1 if something is wrong, or an Odoo did not answer."""
    if as_json:
        typer.echo(json.dumps({"tenants": list(reports)}))
    elif not reports:
        typer.echo("no tenant has an Odoo connection")
    if not is_well or any("error" in it for it in reports):
        raise typer.Exit(1)
