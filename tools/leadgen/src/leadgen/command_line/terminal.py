"""The console for tables, and tables that fit a narrow terminal."""

from itertools import zip_longest

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 160
#: A column whose texts are hardly longer than their longest word is not wrapped: ids, addresses, "0.83 High".
HARDLY_LONGER = 12
#: The fewest characters of a column of sentences.
NARROWEST = 24


def wide_enough(console: Console | None = None, *, markup: bool = True) -> Console:
    """Returns a console; if standard output is not a terminal, one that is wide enough for a table.

    Without `markup` texts such as `[/b]` and `:key:` are printed as they are: for errors and what people typed.
    """
    console = console or Console(markup=markup, emoji=markup)
    return console if console.is_terminal else Console(width=WIDTH, markup=markup, emoji=markup)


def print_table(table: Table, console: Console | None = None, *, markup: bool = True) -> None:
    """Prints a table; in a terminal that is too narrow for it, each row as a block of lines."""
    console = console or wide_enough(markup=markup)
    cells = [list(column.cells) for column in table.columns]
    least, most = [], []
    for column, texts in zip(table.columns, cells, strict=True):
        lines = [line for text in (column.header, *texts) for line in _plain(text, console).splitlines()]
        longest = max(map(len, lines), default=0)
        word = max((len(word) for line in lines for word in line.split()), default=0)
        is_whole = column.no_wrap or longest <= word + HARDLY_LONGER
        least.append(longest if is_whole else max(word, min(longest, NARROWEST)))
        most.append(longest)
    spare = console.width - sum(least) - len("│  ") * len(cells) - 1
    if spare >= 0:
        wanted = sum(most) - sum(least)
        for column, at_least, at_most in zip(table.columns, least, most, strict=True):
            column.width = at_least + (min(spare, wanted) * (at_most - at_least) // wanted if wanted else 0)
            column.overflow = "fold"
        console.print(table, highlight=False)
        return
    names = [_plain(column.header, console) for column in table.columns]
    width = max(map(len, names), default=0)
    for row in zip_longest(*cells):
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(no_wrap=True, width=width)
        block.add_column(overflow="fold")
        for name, text in zip(names, row, strict=True):
            if _plain(text, console).strip():
                block.add_row(f"[dim]{name}[/]" if markup else name, text)
        console.print(block, highlight=False)
        console.print()


def _plain(text: object, console: Console) -> str:
    rendered = console.render_str(text) if isinstance(text, str) else text
    return rendered.plain if isinstance(rendered, Text) else ""
