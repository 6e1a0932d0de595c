"""Requests of Tavily's four endpoints. Fields that are not in the reference are refused, unlike the real one."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_Urls = Annotated[list[str], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]
_Depth = Literal["basic", "advanced"]


class Request(BaseModel):
    """Fields of all four endpoints."""

    model_config = ConfigDict(extra="forbid")

    include_usage: bool = False
    include_images: bool = False
    include_favicon: bool = False


class Search(Request):
    """Body of POST /search."""

    query: str = Field(min_length=1)
    search_depth: Literal["basic", "advanced", "fast", "ultra-fast"] = "basic"
    max_results: int = Field(default=5, ge=0, le=20)
    chunks_per_source: int = Field(default=3, ge=1, le=3)
    include_domains: list[str] = Field(default=[], max_length=300)
    exclude_domains: list[str] = Field(default=[], max_length=150)
    time_range: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    include_answer: bool | Literal["basic", "advanced"] = False
    include_raw_content: bool | Literal["markdown", "text"] = False
    include_image_descriptions: bool = False
    topic: Literal["general", "news", "finance"] = "general"
    country: str | None = Field(default=None, pattern="^[a-z ]+$")
    auto_parameters: bool = False
    exact_match: bool = False
    safe_search: bool = False


class Extract(Request):
    """Body of POST /extract."""

    urls: _Urls = Field(min_length=1, max_length=20)
    extract_depth: _Depth = "basic"
    query: str | None = None
    chunks_per_source: int | None = Field(default=None, ge=1, le=5)
    format: Literal["markdown", "text"] = "markdown"
    timeout: float | None = Field(default=None, ge=1, le=60)


class Map(Request):
    """Body of POST /map."""

    url: str = Field(min_length=1)
    max_depth: int = Field(default=1, ge=1, le=5)
    max_breadth: int = Field(default=20, ge=1, le=500)
    limit: int = Field(default=50, ge=1)
    instructions: str | None = None
    select_paths: list[str] = []
    exclude_paths: list[str] = []
    select_domains: list[str] = []
    exclude_domains: list[str] = []
    allow_external: bool = True
    timeout: float = Field(default=150, ge=10, le=150)


class Crawl(Map):
    """Body of POST /crawl."""

    extract_depth: _Depth = "basic"
    chunks_per_source: int | None = Field(default=None, ge=1, le=5)
    format: Literal["markdown", "text"] = "markdown"
