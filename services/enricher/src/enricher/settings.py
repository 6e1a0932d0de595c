"""What the enricher reads from its environment beyond what every service reads."""

from typing import Annotated, get_args

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from common.settings import StageSettings
from enricher.visiting import Scheme


class EnricherSettings(StageSettings):
    """Read once, in main.py."""

    crawl_max_pages: int = Field(default=4, ge=0, le=20, description="key pages read besides the homepage")
    crawler_timeout_s: float = Field(default=20, gt=0, description="seconds that one visit to a site may take")
    crawl_page_timeout_s: float = Field(default=8, gt=0, description="seconds that one page may take")
    crawl_max_bytes: int = Field(default=2_000_000, ge=1000, description="bytes read of a page, unpacked")
    crawl_delay_s: float = Field(default=0.5, ge=0, description="seconds between two pages of one site")
    crawl_delay_max_s: float = Field(
        default=30,
        ge=0,
        description="the longest Crawl-delay that is honoured; 0 ignores it, for sites of one's own only",
    )
    crawl_schemes: Annotated[tuple[Scheme, ...], NoDecode] = Field(
        default=("https", "http"), min_length=1, description="how to ask for a homepage, in this order"
    )
    crawler_user_agent: str = Field(
        default="LeadgenBot/1.0 (+https://leadgen.example/bot)",
        pattern=r"^[A-Za-z_-]+/[\x20-\x7e]+$",
        description="who we say we are; the part before the slash is what robots.txt is asked about",
    )
    crawler_proxy: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="a proxy that fetches for us and looks names up: then it, not we, keeps us off internal addresses",
    )
    enricher_interactive_workers: int = Field(default=10, ge=1, description="visits at once for those who wait")
    enricher_nightly_workers: int = Field(default=8, ge=1, description="visits at once in the night")

    @field_validator("crawl_schemes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        schemes = [scheme.strip().lower() for scheme in value.split(",") if scheme.strip()]
        if unknown := set(schemes) - set(get_args(Scheme)):
            raise ValueError(f"{', '.join(sorted(unknown))}: name https, http, or both with a comma between")
        return schemes

    @field_validator("crawler_proxy", mode="before")
    @classmethod
    def _none_if_blank(cls, value: object) -> object:
        return value or None

    @property
    def robots_token(self) -> str:
        """The name under which robots.txt knows us."""
        return self.crawler_user_agent.partition("/")[0]
