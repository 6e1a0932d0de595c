"""The console on which subcommands print tables."""

from rich.console import Console

WIDTH = 160


def wide_enough(console: Console | None = None) -> Console:
    """The terminal, or whatever standard output is: that is given a width at which a table can be read."""
    console = console or Console()
    return console if console.is_terminal else Console(width=WIDTH)
