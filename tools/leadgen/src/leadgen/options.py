"""The options that several subcommands have."""

from typing import Annotated

import typer

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
KafkaServers = Annotated[
    str, typer.Option("--kafka", envvar="KAFKA_BOOTSTRAP_SERVERS", show_envvar=True, help="The broker's address.")
]
