"""The commands `leadgen demo` and `leadgen chat`."""

from pathlib import Path
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import Gateway, GatewayToken
from leadgen.demo.running import ask
from leadgen.demo.running import demo as run_demo
from leadgen.demo.screen import Screen


def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End when the leads are scored.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write what was shown to this JSON file.")] = None,
    rows: Annotated[int, typer.Option(min=100, help="Companies in the made-up register.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Seed of the made-up register.")] = 65,
    night: Annotated[bool, typer.Option("--night", help="Then run a night for three tenants.")] = False,
    report: Annotated[Path, typer.Option(help="The file for the night's report.")] = Path("leadgen-night.html"),
) -> None:
    """Start everything on this machine and show how one chat message becomes ten scored leads."""
    for file, hint in ((out, "--out"), (report if night else None, "--report")):
        if file is not None and not file.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {file.absolute().parent}", param_hint=hint)
    run_or_exit(run_demo(once=once, out=out, rows=rows, seed=seed, night=report if night else None))


def chat_command(
    message: Annotated[str, typer.Argument(help='The message, such as "Manufacturing".')],
    gateway: Gateway,
    access: GatewayToken,
) -> None:
    """Send one chat message and show its progress and leads."""
    shown = run_or_exit(ask(gateway, access, message, Screen()))
    if not shown.is_scored and shown.leads:
        raise typer.Exit(1)
