"""The commands `leadgen odoo …` and `leadgen audit odoo`. Those that call an Odoo run odoo-sync's script."""

from enum import StrEnum
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, DatabaseUrl
from leadgen.command_line.wording import counted
from leadgen.odoo.connections import connect_odoo, rotate_key
from leadgen.odoo.reports import answered, difference, end, is_held, operate, say
from leadgen.tenants.tenants import MOST, TenantNumber

odoo_app = typer.Typer(no_args_is_help=True, help="Connect, check and sync the tenants' Odoos.")

CredentialsKey = Annotated[
    str, typer.Option(envvar="ODOO_CREDENTIALS_KEY", show_envvar=True, help="Key that encrypts API keys of Odoo.")
]
OneTenant = Annotated[
    int | None,
    typer.Option("--tenant", min=1, max=MOST, help="This tenant only. Default: all with an Odoo connection."),
]


class LeadType(StrEnum):
    """The kind of a new lead in Odoo."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"


@odoo_app.command("connect")
def connect_command(
    tenant: TenantNumber,
    url: Annotated[str, typer.Option(help="The address of the Odoo, such as https://odoo.example.com")],
    database: Annotated[str, typer.Option(help="The name of the Odoo database.")],
    database_url: DatabaseUrl,
    api_key: Annotated[
        str,
        typer.Option(
            envvar="ODOO_API_KEY",
            show_envvar=True,
            prompt=True,
            hide_input=True,
            help="API key; asked for if not given.",
        ),
    ],
    credentials_key: CredentialsKey,
    login: Annotated[str | None, typer.Option(help="The login of the API key's user. Required before Odoo 19.")] = None,
    own_field: Annotated[
        list[str] | None,
        typer.Option(help="A field that overwrites people's edits, such as company.website. May be repeated."),
    ] = None,
    lead_type: Annotated[LeadType, typer.Option(help="The kind of new leads in Odoo.")] = LeadType.LEAD,
    team: Annotated[str | None, typer.Option(help="The sales team of new leads, by name.")] = None,
    salesperson: Annotated[str | None, typer.Option(help="The owner of new leads, by name. Default: nobody.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag of new leads. May be repeated.")] = None,
    source: Annotated[str | None, typer.Option(help="The source of new leads, such as Leadgen.")] = None,
    priority: Annotated[bool, typer.Option("--priority", help="Give new leads stars by their bucket.")] = False,
    activity: Annotated[
        bool,
        typer.Option("--activity", help="Plan a next activity for new leads: whom to call, what to say first."),
    ] = False,
) -> None:
    """Store a tenant's Odoo connection; the API key is encrypted. Then run `leadgen odoo check`."""

    lead_settings = {
        "type": lead_type.value,
        "team": team,
        "salesperson": salesperson,
        "tags": tag,
        "source": source,
        "has_priority": priority,
        "has_activity": activity,
    }

    async def connect() -> tuple[str, str | None]:
        base, version = await _asked(url)
        await connect_odoo(
            database_url,
            tenant,
            base,
            database,
            api_key,
            credentials_key,
            login=login,
            own_fields=own_field or (),
            lead_settings=lead_settings,
        )
        return base, version

    base, version = run_or_exit(connect())
    answers = f"Odoo {version} answers" if version else "nothing answers there now, so it could not be checked"
    typer.echo(f"tenant {tenant}: {base}, database {database}; {answers}")


async def _asked(url: str) -> tuple[str, str | None]:
    import httpx  # only this command needs it

    from common.http.odoo_address import base_of  # the same
    from leadgen.odoo.address import TIMEOUT_S, find_odoo  # the same

    base = base_of(url)
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        return await find_odoo(base, client)


@odoo_app.command("rotate-key")
def rotate_key_command(database_url: DatabaseUrl, credentials_key: CredentialsKey) -> None:
    """Re-encrypt all API keys with the first of the comma-separated keys; the others only decrypt."""
    typer.echo(f"{run_or_exit(rotate_key(database_url, credentials_key))} API keys are encrypted with the first key")


@odoo_app.command("check")
def check_command(
    database_url: DatabaseUrl, credentials_key: CredentialsKey, tenant: OneTenant = None, as_json: AsJson = False
) -> None:
    """Check whether leads get through. If so, unblock the tenant and send its unsent leads."""
    reports = run_or_exit(operate("check", database_url, credentials_key, tenant))
    for it in answered(reports, as_json):
        if it["problems"]:
            problems = "".join(f"\n  {problem}" for problem in it["problems"])
            waits = f"{counted(it['waiting'], 'lead')} {'waits' if it['waiting'] == 1 else 'wait'}"
            line = f"tenant {it['tenant']} is blocked, {waits}:{problems}"
        else:
            sent = f"{counted(it['waiting'], 'lead')} that waited {'is' if it['waiting'] == 1 else 'are'} sent"
            line = f"tenant {it['tenant']}: no problems found; {sent}"
        say(line, as_json)
        for hint in it["hints"]:
            say(f"  note: {hint}", as_json)
    end(reports, as_json, is_well=not any(it.get("problems") for it in reports))


@odoo_app.command("resync")
def resync_command(
    database_url: DatabaseUrl, credentials_key: CredentialsKey, tenant: OneTenant = None, as_json: AsJson = False
) -> None:
    """Send again all leads that Odoo refused or that could not be sent."""
    reports = run_or_exit(operate("resync", database_url, credentials_key, tenant))
    for it in answered(reports, as_json):
        blocked = f"; it is blocked ({it['blocked']}): run `leadgen odoo check`" if it["blocked"] else ""
        sent = f"{counted(it['waiting'], 'lead')} {'is' if it['waiting'] == 1 else 'are'} sent again"
        say(f"tenant {it['tenant']}: {sent}{blocked}", as_json)
    end(reports, as_json, is_well=not any(it.get("blocked") for it in reports))


@odoo_app.command("matches")
def matches_command(
    database_url: DatabaseUrl,
    credentials_key: CredentialsKey,
    tenant: OneTenant = None,
    uen: Annotated[str | None, typer.Option(help="Decide for the company with this UEN. Requires --tenant.")] = None,
    partner: Annotated[int | None, typer.Option(min=1, help="The database id of the matching partner.")] = None,
    new: Annotated[bool, typer.Option("--new", help="None of the candidates match: create a new partner.")] = False,
    as_json: AsJson = False,
) -> None:
    """List companies that match more than one partner in Odoo, or choose the partner. The choice is kept."""
    if uen is None and (partner is not None or new):
        raise typer.BadParameter("give --uen, too: the company that you decide for")
    if uen is not None and (tenant is None or (partner is None) != new):
        raise typer.BadParameter("give --tenant, and either --partner or --new")
    about = [] if uen is None else ["--uen", uen, "--partner", str(partner or 0)]
    reports = run_or_exit(operate("matches", database_url, credentials_key, tenant, about))
    for it in answered(reports, as_json):
        if "decided" in it:
            chosen = f"partner {partner}" if partner else "a new partner"
            say(f"tenant {it['tenant']}: {it['decided']['uen']} is {chosen}; its lead is sent", as_json)
            continue
        for found in it["undecided"]:
            lines = "".join(f"\n  {line}" for line in found["candidates"])
            say(f"tenant {it['tenant']}: {found['uen']} {found['name']}{lines}", as_json)
        say(f"tenant {it['tenant']}: {len(it['undecided'])} companies wait for a decision", as_json)
    end(reports, as_json, is_well=not any(it.get("undecided") for it in reports))


@odoo_app.command("sync")
def sync_command(
    database_url: DatabaseUrl,
    credentials_key: CredentialsKey,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    tenant: OneTenant = None,
    as_json: AsJson = False,
) -> None:
    """Send unsent leads, as `resync` does. With `--dry-run`, only show what would be written."""
    if not dry_run:
        resync_command(database_url, credentials_key, tenant, as_json)
        return
    reports = run_or_exit(operate("dry-run", database_url, credentials_key, tenant))
    for it in answered(reports, as_json):
        for row in it["rows"]:
            columns = ", ".join(f"{name}={value!r}" for name, value in row.items() if name != "model")
            say(f"{row['model']}: {columns}", as_json)
        for note in it["notes"]:
            say(f"note: {note}", as_json)
        say(
            f"tenant {it['tenant']}: {len(it['rows'])} rows would be written, {it['unchanged']} leads need none; "
            "nothing was written",
            as_json,
        )
    end(reports, as_json, is_well=True)


def audit_odoo_command(
    database_url: DatabaseUrl, credentials_key: CredentialsKey, tenant: OneTenant = None, as_json: AsJson = False
) -> None:
    """List held leads and how Odoo differs from what was written. Exit code 1 if a person must look."""
    reports = run_or_exit(operate("audit", database_url, credentials_key, tenant))
    for it in answered(reports, as_json):
        for found in it["differences"]:
            say(difference(found), as_json)
        for reason, count in it["held"].items():
            say(f"held: {count} leads: {reason}", as_json)
        for note in it["merged"]:
            say(f"merged: {note}", as_json)
        links = ", ".join(f"{count} {outcome}" for outcome, count in it["links"].items()) or "no leads"
        say(f"tenant {it['tenant']}: {links}; {len(it['differences'])} differences", as_json)
    end(reports, as_json, is_well=not any(it.get("differences") or is_held(it) for it in reports))
