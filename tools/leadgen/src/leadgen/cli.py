"""The operator's command: an index of its subcommands, whose modules are imported on demand."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup


class Subcommand(NamedTuple):
    """A subcommand: the module and name of its function or of its group, and its line in the list."""

    place: str
    help: str


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "demo": Subcommand(
        "leadgen.demo.command:demo_command",
        "Start everything on this machine and show how one chat message becomes ten scored leads.",
    ),
    "up": Subcommand(
        "leadgen.local.command:up_command", "Start everything on this machine, with data that stays, until Ctrl-C."
    ),
    "chat": Subcommand("leadgen.demo.command:chat_command", "Send one chat message and show its progress and leads."),
    "token": Subcommand("leadgen.tenants.tokens:token_command", "Print an access token for the gateway."),
    "apikey": Subcommand("leadgen.tenants.api_keys:api_key_app", "The tenants' API keys."),
    "user": Subcommand("leadgen.tenants.users:user_app", "The tenants' users and their roles."),
    "tenant": Subcommand("leadgen.tenants.tenants:tenant_app", "The tenants."),
    "leads": Subcommand("leadgen.list_commands:leads_command", "List a tenant's scored leads, best first."),
    "jobs": Subcommand("leadgen.list_commands:jobs_command", "List a tenant's background jobs, the newest first."),
    "icp": Subcommand("leadgen.tenants.icp:icp_app", "The tenant's ideal customer profile (ICP): show it, or set it."),
    "load": Subcommand(
        "leadgen.load.command:load_command",
        'Load ACRA\'s "Information on Corporate Entities" into the register, whole or not at all.',
    ),
    "refresh": Subcommand(
        "leadgen.register_refresh:refresh_command",
        "Upsert rows of the register that are new or changed since the last refresh. The nightly run does it too.",
    ),
    "nightly": Subcommand(
        "leadgen.nightly_commands:nightly_app", "Run the night of every active tenant, or report on a night."
    ),
    "prune": Subcommand(
        "leadgen.nightly_commands:prune_command", "Delete rows past their retention period, as the nightly run does."
    ),
    "forget": Subcommand(
        "leadgen.forget.command:forget_command",
        "Remove a person, or all persons of a company, from all tables, and keep them from coming back.",
    ),
    "odoo": Subcommand("leadgen.odoo.command:odoo_app", "Connect, check and sync the tenants' Odoos."),
    "enrichment": Subcommand("leadgen.enrichment.command:enrichment_app", "Measure what the enricher finds on pages."),
    "score": Subcommand(
        "leadgen.scoring.command:score_command",
        "Explain a lead's score: every contribution, with its evidence and source.",
    ),
    "scoring": Subcommand("leadgen.scoring.command:scoring_app", "Compare scores with outcomes; fit and set weights."),
    "ssic": Subcommand("leadgen.ssic:ssic_app", "The industry classification, SSIC."),
    "resolve-eval": Subcommand(
        "leadgen.ssic.resolve_eval:resolve_eval_command",
        "Measure how well words become industry codes, with a file of judged terms.",
    ),
    "audit": Subcommand(
        "leadgen.audit.command:audit_app",
        "Prove that nothing was lost or done twice, or compare each Odoo with what was written to it.",
    ),
    "trace": Subcommand(
        "leadgen.trace.command:trace_command",
        "Print one company's whole story in order: events, handlers, vendors' calls and costs, scores, what Odoo got.",
    ),
    "replay": Subcommand(
        "leadgen.replay.command:replay_app",
        "Check that a consumer group has handled a slice of a topic, or have it handled again.",
    ),
    "rewind": Subcommand(
        "leadgen.replay.command:rewind_command",
        "Set the offsets of a stopped consumer group in a topic, to a time or to an end of the topic.",
    ),
    "dlq": Subcommand("leadgen.dlq.command:dlq_app", "List, show, correct, retry, drop and export dead letters."),
    "migrate": Subcommand(
        "leadgen.setup_commands:migrate_command", "Bring the database's schema up to date, and seed the industry codes."
    ),
    "topics": Subcommand("leadgen.setup_commands:topics_command", "Create the missing topics of deploy/topics.yaml."),
    "new-stage": Subcommand(
        "leadgen.new_stage.command:new_stage_command",
        "Write a service that handles one kind of event, with migration and tests, and list it with the others.",
    ),
    "bench": Subcommand(
        "leadgen.bench.command:bench_app", "Measure speed and memory, mostly as ratios within one run."
    ),
}


class Index(TyperGroup):
    """Lists the subcommands without importing them."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Finds the subcommand that is called, and imports it."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else imported(name), rest


def imported(name: str) -> Any:
    """Imports the subcommand and returns it in the form that typer executes."""
    module, _, attribute = SUBCOMMANDS[name].place.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command()(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


def _listed() -> None:
    """Placeholder of a subcommand in the list."""


app = typer.Typer(
    cls=Index,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"leadgen {version('leadgen')}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """The operator's command."""


for _name, _subcommand in SUBCOMMANDS.items():
    app.command(_name, help=_subcommand.help)(_listed)


def main() -> None:
    """The console script."""
    app()
