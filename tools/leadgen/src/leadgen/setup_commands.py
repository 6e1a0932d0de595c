"""The commands that prepare a database and a broker: `leadgen migrate` and `leadgen topics`."""

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import DatabaseUrl, KafkaServers
from leadgen.database.migrate import migrate
from leadgen.kafka.topics import create_topics
from leadgen.ssic import seed_ssic


def migrate_command(database_url: DatabaseUrl) -> None:
    """Bring the database's schema up to date, and seed the industry codes."""
    applied = run_or_exit(migrate(database_url))
    for name in applied:
        typer.echo(f"applied {name}")
    codes = run_or_exit(seed_ssic(database_url))
    typer.echo(f"{len(applied)} migrations applied; {codes} industry codes")


def topics_command(
    kafka: KafkaServers,
) -> None:
    """Create the missing topics of deploy/topics.yaml."""
    created = run_or_exit(create_topics(kafka))
    typer.echo(f"{len(created)} topics created" + "".join(f"\n  {name}" for name in created))
