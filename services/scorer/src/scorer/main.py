"""Wires the scorer and runs it until SIGTERM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from scorer.consumer import scorer
from scorer.rubric import Rubric
from scorer.settings import ScorerSettings


def main() -> None:
    """The console script."""
    settings = read(ScorerSettings)

    @asynccontextmanager
    async def compose(_: Database) -> AsyncIterator[Stage]:
        yield scorer(Rubric())

    run(
        "scorer",
        settings,
        compose,
        interactive=settings.scorer_interactive_workers,
        nightly=settings.scorer_nightly_workers,
    )
