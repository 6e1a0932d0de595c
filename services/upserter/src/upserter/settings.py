"""Settings of the upserter, beside those of every service."""

from pydantic import Field

from common.settings import DatabaseSettings, StageSettings

_BATCH = Field(default=500, ge=1, le=5000, description="companies per transaction of a job")


class UpserterSettings(StageSettings):
    """Settings of the service, read once, in main.py."""

    staging_batch_size: int = _BATCH
    upsert_max_per_job: int = Field(default=2000, ge=1, description="companies that a job handles")
    upserter_interactive_workers: int = Field(default=4, ge=1, description="workers of the interactive lane")
    upserter_nightly_workers: int = Field(default=2, ge=1, description="workers of the nightly lane")


class RefreshSettings(DatabaseSettings):
    """Settings of `leadgen-upserter-refresh`."""

    staging_batch_size: int = _BATCH
