"""The enricher's settings from its environment."""

import pytest

from common.settings import read
from enricher.main import limits_of
from enricher.settings import EnricherSettings


@pytest.fixture(autouse=True)
def _needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/leadgen")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")


def test_everything_of_its_own_has_a_default() -> None:
    """Polite ones."""
    settings = read(EnricherSettings)

    assert (settings.crawl_max_pages, settings.crawler_timeout_s, settings.crawl_delay_s) == (4, 20, 0.5)
    assert (settings.crawl_schemes, settings.crawler_proxy) == (("https", "http"), None)
    assert settings.robots_token == "LeadgenBot"


def test_schemes_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order to try them."""
    monkeypatch.setenv("CRAWL_SCHEMES", "http, HTTPS")

    assert read(EnricherSettings).crawl_schemes == ("http", "https")


@pytest.mark.parametrize("name", ["SCHED_COMPANY_CONCURRENCY", "ENRICHER_NIGHTLY_WORKERS"])
def test_the_nights_workers_have_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The one that is documented, and the one from before."""
    monkeypatch.setenv(name, "32")

    assert read(EnricherSettings).sched_company_concurrency == 32


def test_an_empty_proxy_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty proxy is none, as an .env file without a value has it."""
    monkeypatch.setenv("CRAWLER_PROXY", "")

    assert read(EnricherSettings).crawler_proxy is None


def test_vendors_are_left_out_until_they_have_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blank value is none, and blanks around one are no part of it; every vendor has a cap."""
    monkeypatch.setenv("LUSHA_API_KEY", "  ")
    monkeypatch.setenv("OPENAI_API_KEY", " sk-1 \n")
    settings = read(EnricherSettings)

    assert settings.tavily_api_key is settings.lusha_api_key is settings.zerobounce_api_key is None
    assert settings.openai_api_key == "sk-1"
    assert settings.caps == {"tavily": 800, "openai": 150_000, "lusha": 500, "zerobounce": 1000}
    assert not settings.persist_crawl_corpus


def test_titles_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most wanted first."""
    monkeypatch.setenv("LUSHA_PREFERRED_TITLES", "Head of Sales, CEO,")

    assert read(EnricherSettings).lusha_preferred_titles == ("Head of Sales", "CEO")


def test_limits_follow_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question is given up only after its call is."""
    for name, value in {
        "EXTRACT_CORPUS_CHAR_LIMIT": "5000",
        "LLM_MAX_CHUNKS": "3",
        "LLM_CHUNK_TIMEOUT_S": "7",
        "MERGE_DETERMINISTIC_TIMEOUT_S": "4",
    }.items():
        monkeypatch.setenv(name, value)
    limits = limits_of(read(EnricherSettings))

    assert (limits.corpus_characters, limits.chunks, limits.extract_timeout_s) == (5000, 3, 4)
    assert limits.chunk_timeout_s > 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAVILY_API_KEY", "two words"),
        ("LUSHA_API_KEY", "schlüssel"),
        ("TAVILY_BASE_URL", "api.tavily.com"),
        ("TAVILY_MAX_QUERIES", "-1"),
        ("OPENAI_DAILY_TOKENS_CAP", "plenty"),
        ("LUSHA_PREFERRED_TITLES", " , "),
        ("SITE_FRESH_FOR_DAYS", "-1"),
        ("LLM_CHUNK_TIMEOUT_S", "0"),
        ("CRAWL_SCHEMES", "gopher"),
        ("CRAWL_SCHEMES", ""),
        ("CRAWLER_PROXY", "127.0.0.1:8080"),
        ("CRAWLER_TIMEOUT_S", "0"),
        ("CRAWL_MAX_PAGES", "many"),
        ("CRAWLER_USER_AGENT", "Mozilla compatible"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """One line says which setting, and the service does not start."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        read(EnricherSettings)

    assert f"setting {name}: " in capsys.readouterr().err
