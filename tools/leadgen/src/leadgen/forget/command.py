"""`leadgen forget`: the command and its report."""

from typing import Annotated

import typer

from leadgen.command_line.exit_codes import REFUSED, run_or_exit
from leadgen.command_line.login_name import Operator
from leadgen.command_line.options import DatabaseUrl, KafkaServersOrNone
from leadgen.forget.running import Report, forget
from leadgen.forget.subject import NoSubject, parse


def forget_command(
    who: Annotated[str, typer.Argument(metavar="EMAIL|UEN", help="A person's e-mail address, or a company's UEN.")],
    database_url: DatabaseUrl,
    operator: Operator,
    kafka: KafkaServersOrNone = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
) -> None:
    """Remove a person, or all persons of a company, from all tables, and keep them from coming back."""
    try:
        subject = parse(who)
    except NoSubject as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(REFUSED) from error
    report = run_or_exit(forget(database_url, kafka, subject, operator=operator, is_dry=dry_run))
    typer.echo(as_text(report))


def as_text(report: Report) -> str:
    """Formats the report, without the address."""
    person, found = report.found.person, report.found
    asked = "an e-mail address" if found.subject.kind == "email" else f"company {found.subject.value}"
    lines = [
        f"{'Would forget' if report.is_dry else 'Forgot'} {asked} (in the audit log: {report.subject})",
        f"  with it: {_count(len(person.names), 'name')}, {_count(len(person.emails), 'address', 'addresses')},"
        f" {_count(len(person.phones), 'telephone number')}, at {', '.join(sorted(found.uens)) or 'no known company'}",
        "",
        "Tables:",
    ]
    done = ("to delete", "to change") if report.is_dry else ("deleted", "changed")
    lines += [
        f"  {rows:>7,}  {change.label:<26} {done[0] if change.is_deleted else done[1]}"
        for change, rows in sorted(report.swept.tables.items())
    ] or ["  nothing"]
    lines += ["", *_topics(report), "", *_odoo(report), ""]
    lines.append("Backups hold it until you delete them: after a restore run this command again.")
    return "\n".join(lines)


def _topics(report: Report) -> list[str]:
    if report.in_topics is None:
        return ["Topics were not looked at: give --kafka. Messages end with their retention."]
    if not report.in_topics:
        return ["Topics: nothing"]
    found = [
        f"  {held.messages:>7,}  {topic:<26} until {held.ends_at:%d %b %Y}"
        for topic, held in sorted(report.in_topics.items())
    ]
    return ["Topics: messages end by themselves, and no service takes it from them any more", *found]


def _odoo(report: Report) -> list[str]:
    if not report.in_odoo:
        return ["Odoo: no records"]
    found = [
        f"  tenant {it.tenant_id}  {it.place}: partner {it.partner_id or '-'}, contact {it.contact_id or '-'},"
        f" lead {it.lead_id or '-'}"
        for it in report.in_odoo
    ]
    return ["Odoo belongs to the tenant. Have them look at these records and remove the person:", *found]


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
