"""What the scorer reads from its environment beyond what every service reads."""

from pydantic import Field

from common.settings import StageSettings


class ScorerSettings(StageSettings):
    """Read once, in main.py."""

    scorer_interactive_workers: int = Field(default=2, ge=1, description="workers for what someone waits for")
    scorer_nightly_workers: int = Field(default=2, ge=1, description="workers for what comes from the night")
