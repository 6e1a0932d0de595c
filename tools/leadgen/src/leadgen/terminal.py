"""The console on which subcommands print tables."""

from rich.console import Console

WIDTH = 160


def wide_enough(console: Console | None = None, *, markup: bool = True) -> Console:
    """The terminal, or whatever standard output is: that is given a width at which a table can be read.

    Without `markup` texts such as `[/b]` and `:key:` are printed as they are: for errors and what people typed.
    """
    console = console or Console(markup=markup, emoji=markup)
    return console if console.is_terminal else Console(width=WIDTH, markup=markup, emoji=markup)
