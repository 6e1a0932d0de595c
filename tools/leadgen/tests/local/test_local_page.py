"""The page as `leadgen demo` and `leadgen up` find it and lead to it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from leadgen.demo.screen import Screen
from leadgen.local.page import built_page, sign_in_url
from testkit.checkout import ROOT


def test_the_page_is_the_one_that_the_environment_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """WEB_FOLDER, else web/dist of the checkout if it is built, else none."""
    monkeypatch.setenv("WEB_FOLDER", str(tmp_path))
    assert built_page() == str(tmp_path)
    monkeypatch.delenv("WEB_FOLDER")
    checkout = ROOT / "web" / "dist"
    assert built_page() == (str(checkout) if (checkout / "index.html").is_file() else "")


def test_the_token_stands_in_the_fragment() -> None:
    """A browser sends no fragment, so the token is in no log."""
    assert sign_in_url("http://127.0.0.1:8080", "a.b.c") == "http://127.0.0.1:8080/app/#token=a.b.c"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/app/#token=" + "x" * 300, None])
def test_the_demo_prints_one_address_or_how_to_get_it(url: str | None) -> None:
    """The address is in one line, however long it is: terminals open it with a click."""
    printed = io.StringIO()
    Screen(Console(file=printed, width=80, force_terminal=True, color_system=None)).page(url)
    assert (url or "make web") in printed.getvalue()
