"""Settings of the scorer, beside those of every service."""

from pydantic import Field, field_validator

from common.settings import DatabaseSettings, StageSettings


class ScorerSettings(StageSettings):
    """Settings of the service, read once, in main.py."""

    llm_rationale: bool = Field(
        default=False, description="have a language model reword the best leads' rationales; needs its key"
    )
    llm_rationale_tokens_cap: int = Field(
        default=15_000, ge=0, description="tokens per tenant and day for rewording; at most OPENAI_DAILY_TOKENS_CAP"
    )
    openai_api_key: str | None = Field(default=None, description="if unset: rationales keep the template's words")
    openai_base_url: str = Field(default="https://api.openai.com/v1", pattern=r"^https?://\S+$")
    openai_model: str = Field(default="gpt-4o-mini", min_length=1)
    openai_daily_tokens_cap: int = Field(default=150_000, ge=0, description="tokens per tenant and day")

    scorer_interactive_workers: int = Field(default=2, ge=1, description="workers of the interactive lane")
    scorer_nightly_workers: int = Field(default=2, ge=1, description="workers of the nightly lane")

    @field_validator("openai_api_key", mode="before")
    @classmethod
    def _none_if_blank(cls, value: object) -> object:
        return value.strip() or None if isinstance(value, str) else value

    @field_validator("openai_api_key")
    @classmethod
    def _fit_for_a_header(cls, value: str | None) -> str | None:
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("a key must be one line of ASCII without blanks; check for a mistake in copying")
        return value

    @property
    def wording_cap(self) -> int:
        """Tokens per tenant and day."""
        return min(self.llm_rationale_tokens_cap, self.openai_daily_tokens_cap)


class RescoreSettings(DatabaseSettings):
    """Settings of `leadgen-scorer-rescore`."""
