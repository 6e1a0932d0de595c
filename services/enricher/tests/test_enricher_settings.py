"""The enricher's settings from its environment."""

import pytest

from common.settings import read
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


def test_an_empty_proxy_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an .env file without a value has it."""
    monkeypatch.setenv("CRAWLER_PROXY", "")

    assert read(EnricherSettings).crawler_proxy is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
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
