"""The enricher's settings, besides those that every service has."""

from typing import Annotated, get_args

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import NoDecode

from common.settings import StageSettings
from enricher.crawl.visits import Scheme
from enricher.vendors.errors import Vendor

_KEYS = ("tavily_api_key", "openai_api_key", "lusha_api_key", "zerobounce_api_key")
_URL = r"^https?://\S+$"
Titles = Annotated[tuple[str, ...], NoDecode]


class EnricherSettings(StageSettings):
    """Settings of the service, read once, in main.py."""

    crawl_max_pages: int = Field(default=4, ge=0, le=20, description="key pages read besides the homepage")
    crawler_timeout_s: float = Field(default=20, gt=0, description="seconds that one visit to a site may take")
    crawl_page_timeout_s: float = Field(default=8, gt=0, description="seconds that one page may take")
    crawl_max_bytes: int = Field(default=2_000_000, ge=1000, description="maximum bytes of a page after decompression")
    crawl_delay_s: float = Field(default=0.5, ge=0, description="seconds between two pages of one site")
    crawl_delay_max_s: float = Field(
        default=30,
        ge=0,
        description="the longest Crawl-delay that is honoured; 0 ignores it (only for your own sites)",
    )
    crawl_schemes: Annotated[tuple[Scheme, ...], NoDecode] = Field(
        default=("https", "http"), min_length=1, description="URL schemes to try for a homepage, in this order"
    )
    crawler_user_agent: str = Field(
        default="LeadgenBot/1.0 (+https://leadgen.example/bot)",
        pattern=r"^[A-Za-z_-]+/[\x20-\x7e]+$",
        description="User-Agent header; the part before the slash is matched in robots.txt",
    )
    crawler_proxy: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="proxy for all visits; it resolves names and must itself refuse internal addresses",
    )
    site_fresh_for_days: float = Field(
        default=7, ge=0, description="days for which visits and public answers are reused, for every tenant"
    )
    persist_crawl_corpus: bool = Field(default=False, description="keep the texts of visited pages")
    extract_corpus_char_limit: int = Field(
        default=60_000, ge=1000, description="characters of all pages of a company together"
    )
    merge_deterministic_timeout_s: float = Field(
        default=10, gt=0, description="seconds for the extraction without a model"
    )
    llm_max_chunks: int = Field(default=2, ge=0, le=20, description="calls of the model per company")
    llm_chunk_timeout_s: float = Field(default=30, gt=0, description="seconds for each call of the model")

    tavily_api_key: str | None = Field(default=None, description="if unset: no search for sites, no second fetcher")
    tavily_base_url: str = Field(default="https://api.tavily.com", pattern=_URL)
    tavily_max_queries: int = Field(default=800, ge=0, description="credits per tenant and day")
    openai_api_key: str | None = Field(default=None, description="if unset: no extraction by a model")
    openai_base_url: str = Field(default="https://api.openai.com/v1", pattern=_URL)
    openai_model: str = Field(default="gpt-4o-mini", min_length=1)
    openai_daily_tokens_cap: int = Field(default=150_000, ge=0, description="tokens per tenant and day")
    lusha_api_key: str | None = Field(default=None, description="if unset: no contacts are bought")
    lusha_base_url: str = Field(default="https://api.lusha.com", pattern=_URL)
    lusha_max_contact_lookups: int = Field(default=500, ge=0, description="credits per tenant and day")
    enable_lusha_fallback: bool = Field(default=True, description="buy contacts if the site names no person")
    lusha_preferred_titles: Titles = Field(
        default=("CEO", "Managing Director", "Founder", "Director", "Head of Sales"),
        min_length=1,
        description="titles of people to look for, most relevant first",
    )
    zerobounce_api_key: str | None = Field(default=None, description="if unset: addresses are not verified")
    zerobounce_base_url: str = Field(default="https://api.zerobounce.net", pattern=_URL)
    zerobounce_max_verifications: int = Field(default=1000, ge=0, description="addresses per tenant and day")

    enricher_interactive_workers: int = Field(default=10, ge=1, description="companies at once in the interactive lane")
    sched_company_concurrency: int = Field(
        default=8,
        ge=1,
        validation_alias=AliasChoices("sched_company_concurrency", "enricher_nightly_workers"),
        description="companies at once in the nightly lane",
    )

    @field_validator("crawl_schemes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        schemes = [scheme.strip().lower() for scheme in value.split(",") if scheme.strip()]
        if unknown := set(schemes) - set(get_args(Scheme)):
            raise ValueError(f"{', '.join(sorted(unknown))}: expected https, http, or both, separated by a comma")
        return schemes

    @field_validator("lusha_preferred_titles", mode="before")
    @classmethod
    def _titles(cls, value: object) -> object:
        return [title.strip() for title in value.split(",") if title.strip()] if isinstance(value, str) else value

    @field_validator("crawler_proxy", *_KEYS, mode="before")
    @classmethod
    def _none_if_blank(cls, value: object) -> object:
        return value.strip() or None if isinstance(value, str) else value

    @field_validator(*_KEYS)
    @classmethod
    def _fit_for_a_header(cls, value: str | None) -> str | None:
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("a key must be one line of ASCII without blanks; check for a mistake in copying")
        return value

    @property
    def caps(self) -> dict[Vendor, int]:
        """Units of each vendor per tenant and day."""
        return {
            "tavily": self.tavily_max_queries,
            "openai": self.openai_daily_tokens_cap,
            "lusha": self.lusha_max_contact_lookups,
            "zerobounce": self.zerobounce_max_verifications,
        }

    @property
    def robots_token(self) -> str:
        """The name by which robots.txt addresses our crawler."""
        return self.crawler_user_agent.partition("/")[0]
