"""Writes messages as Markdown and as plain text. Every text is escaped: nothing in it formats, links or loads anything.

Markdown is that of CommonMark with the extensions of GitHub and TeX, as chat clients render it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

#: Longer texts are cut: names and reasons are short.
LONGEST = 1000

# Control characters, and the invisible ones that change the direction of what follows.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SIGNS = re.compile(r"([\\`*_\[\]<>|~$&])")
_LINE_START = re.compile(r"^(?:[#+=:-]|\d{1,9}(?=[.)](?: |$)))")
#: A renderer makes links of these even where their signs are escaped; WORD JOINER, which is invisible, prevents it.
_LINKED = re.compile(r"(?i)((?<![a-z])www(?=\.)|(?<![a-z])[a-z][a-z0-9+.-]*:(?=/))")
_JOINER = "\N{WORD JOINER}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of plain texts."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain texts, with a name per column."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block: TypeAlias = Paragraph | Bullets | Table


def clean(text: str) -> str:
    """Puts a text on one line, without invisible characters, cut to LONGEST."""
    one_line = re.sub(r"\s+", " ", _INVISIBLE.sub(" ", text)).strip()
    return one_line if len(one_line) <= LONGEST else f"{one_line[: LONGEST - 1]}…"


def escape(text: str) -> str:
    """Escapes a text for any place in a line of Markdown."""
    escaped = _SIGNS.sub(r"\\\1", _LINKED.sub(rf"\1{_JOINER}", clean(text)))
    if start := _LINE_START.match(escaped):
        at = start.end() - 1 if escaped[0] in "#+=:-" else start.end()
        return f"{escaped[:at]}\\{escaped[at:]}"
    return escaped


def as_markdown(blocks: Sequence[Block]) -> str:
    """Writes the blocks as Markdown."""
    return "\n\n".join(_markdown(block) for block in blocks)


def as_text(blocks: Sequence[Block]) -> str:
    """Writes the blocks as plain text: a line per item and per row of a table."""
    return "\n".join(_text(block) for block in blocks)


def _markdown(block: Block) -> str:
    if isinstance(block, Paragraph):
        return escape(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- {escape(item)}" for item in block.items)
    rows = [block.columns, ["---"] * len(block.columns), *block.rows]
    return "\n".join(
        f"| {' | '.join(cell if at == 1 else escape(cell) or ' ' for cell in row)} |" for at, row in enumerate(rows)
    )


def _text(block: Block) -> str:
    if isinstance(block, Paragraph):
        return clean(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- {clean(item)}" for item in block.items)
    return "\n".join(
        "; ".join(
            f"{column}: {clean(cell)}" if column else clean(cell)
            for column, cell in zip(block.columns, row, strict=True)
            if cell
        )
        for row in block.rows
    )
