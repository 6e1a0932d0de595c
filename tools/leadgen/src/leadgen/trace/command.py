"""The command `leadgen trace`."""

import json
from typing import Annotated
from uuid import UUID

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, DatabaseUrl, KafkaServers
from leadgen.tenants.tenants import TenantNumber


def trace_command(
    about: Annotated[str, typer.Argument(metavar="UEN|EVENT-ID", help="A company, or an event of its story.")],
    tenant: TenantNumber,
    database_url: DatabaseUrl,
    kafka: KafkaServers,
    as_json: AsJson = False,
) -> None:
    """Print one company's whole story in order: events, handlers, vendors' calls and costs, scores, what Odoo got."""
    from leadgen.trace.moment import as_lines, in_order
    from leadgen.trace.story_search import find_story

    event_id = _event_id(about)
    story = run_or_exit(find_story(database_url, kafka, tenant, about.strip(), event_id))
    moments = in_order(story.moments)
    if as_json:
        shown = {"tenant_id": tenant, "key": story.key, "name": story.name, "moments": [it.as_dict() for it in moments]}
        typer.echo(json.dumps(shown, default=str))
        return
    typer.echo(f"{story.name or story.key} ({story.key.partition(':')[2] or 'requests'}) of tenant {tenant}")
    typer.echo("\n".join(as_lines(moments, marked=event_id)))


def _event_id(given: str) -> UUID | None:
    try:
        return UUID(given) if len(given) > 30 else None
    except ValueError:
        return None
