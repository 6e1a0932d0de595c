"""Options of several subcommands."""

from typing import Annotated

import typer

from common.kafka_servers import SecuredServers


def with_login(addresses: str) -> SecuredServers:
    """Returns the servers with the login in the environment (KAFKA_SECURITY_PROTOCOL and related variables)."""
    from common.settings import KafkaSettings, read_with  # takes a while to import

    return read_with(KafkaSettings, kafka_bootstrap_servers=addresses).kafka


DatabaseUrl = Annotated[
    str,
    typer.Option(envvar="DATABASE_URL", show_envvar=True, help="The database, with the login that owns the tables."),
]
Gateway = Annotated[
    str,
    typer.Option(envvar="LEADGEN_GATEWAY", show_envvar=True, help="The gateway's URL."),
]
GatewayToken = Annotated[
    str, typer.Option("--token", envvar="LEADGEN_TOKEN", show_envvar=True, help="`leadgen token` makes one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_KAFKA = typer.Option(
    "--kafka",
    envvar="KAFKA_BOOTSTRAP_SERVERS",
    show_envvar=True,
    parser=with_login,
    metavar="TEXT",
    help="The broker's address.",
)
KafkaServers = Annotated[SecuredServers, _KAFKA]
KafkaServersOrNone = Annotated[SecuredServers | None, _KAFKA]
