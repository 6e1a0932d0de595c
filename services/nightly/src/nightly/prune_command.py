"""`leadgen-nightly-prune`: deletes rows past their retention period, once, and prints how many rows of each kind."""

import argparse
import asyncio
import sys

from common.errors import LeadgenError
from common.observability import logs
from common.postgres import Database
from common.settings import read
from nightly.planning import PRODUCER
from nightly.pruning import prune
from nightly.settings import PruneSettings


def main() -> None:
    """The console script. Exit code 1 if it cannot continue; rows that it has deleted stay deleted."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    settings = read(PruneSettings)
    logs.configure(PRODUCER, settings.log_level, stream=sys.stderr)
    try:
        pruned = asyncio.run(_run(settings))
    except LeadgenError as error:
        raise SystemExit(str(error)) from None
    sys.stdout.write("".join(f"{rows:>9,}  {name}\n" for name, rows in pruned.items()))


async def _run(settings: PruneSettings) -> dict[str, int]:
    database = await Database.of_service(PRODUCER, settings)
    try:
        return await prune(database, settings.retention)
    finally:
        await database.close()
