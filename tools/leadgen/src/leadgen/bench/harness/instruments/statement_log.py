"""Times of statements from PostgreSQL's own log, without the time on the network.

The log is on for connections that are made between `log_statements` and `log_no_statements`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import asyncpg

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: A line of the log, and the lines that continue it: they begin with a tab.
EXECUTED = re.compile(r"duration: ([0-9.]+) ms  (?:bind|execute) [^\n]*?: ((?:[^\n]*\n(?:\t[^\n]*\n)*))")


async def log_statements(owner: Owner) -> None:
    """Makes the server log the time of every statement of later connections to this database."""
    await _set(owner, "SET log_min_duration_statement = 0")


async def log_no_statements(owner: Owner) -> None:
    """Reverts `log_statements`."""
    await _set(owner, "RESET log_min_duration_statement")


async def _set(owner: Owner, what: str) -> None:
    await owner.execute(f"ALTER DATABASE {await owner.fetchval('SELECT quote_ident(current_database())')} {what}")


def end_of(log: Path) -> int | None:
    """Returns the offset of the log's end; `None` without such a file, as for a server that is not ours."""
    return log.stat().st_size if log.exists() else None


def times_of(log: Path, begin: int, word: str) -> Sequence[float]:
    """Returns the milliseconds of each statement with this word that was logged after the offset `begin`.

    A statement's time is that of its bind, which plans it if need be, and of its execution.
    """
    with log.open("rb") as opened:
        opened.seek(begin)
        text = opened.read().decode(errors="replace")
    parts = [float(duration) for duration, statement in EXECUTED.findall(text) if word in statement]
    return [bind + execute for bind, execute in zip(parts[::2], parts[1::2], strict=True)]
