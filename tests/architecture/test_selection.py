"""`make test-fast` leaves out no test that needs no server."""

from pathlib import Path

import pytest

from testkit.selection import needs

FIXTURES = {"database", "server"}
MARKS = {"servers", "slow"}
CONFTEST = """
import pytest

@pytest.fixture
def server(): ...

@pytest.fixture(scope="session")
def line(server): ...

@pytest.fixture
def plain(): ...
"""
NEEDING = {
    "a fixture": "def test_it(database): ...",
    "another's fixture": "async def test_it(plain, line): ...",
    "its own fixture": "@pytest.fixture\ndef own(*, line): ...\ndef test_it(own): ...",
    "a fixture that it replaces": "@pytest.fixture\ndef line(line): ...\ndef test_it(line): ...",
    "a fixture for all": "@pytest.fixture(autouse=True)\ndef own(server): ...\ndef test_it(): ...",
    "a fixture by name": "@pytest.mark.usefixtures('server')\ndef test_it(): ...",
    "a mark": "@pytest.mark.slow\ndef test_it(): ...",
    "a mark of all": "pytestmark = [pytest.mark.node, pytest.mark.servers]\ndef test_it(): ...",
    "each of several": "@pytest.mark.slow\ndef test_it(): ...\ndef test_more(line): ...",
}
NOT_NEEDING = {
    "nothing": "def test_it(plain): ...",
    "one of several": "def test_it(line): ...\ndef test_more(plain): ...",
    "a value by default": "def test_it(line=1): ...",
    "a parameter": "@pytest.mark.parametrize(('plain', 'line'), [])\ndef test_it(plain, line): ...",
    "a fixture without a server": "@pytest.fixture\ndef line(): ...\ndef test_it(line): ...",
    "a value's mark": "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.slow)])\ndef test_it(n): ...",
    "a class": "class TestIt:\n    def test_it(self): ...\ndef test_more(line): ...",
    "no test": "def helper(line): ...",
}


@pytest.mark.parametrize(
    ("text", "expected"), [(text, True) for text in NEEDING.values()] + [(text, False) for text in NOT_NEEDING.values()]
)
def test_a_module_needs_a_server_if_each_of_its_tests_does(
    text: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder does if each of its modules does."""
    monkeypatch.setattr("testkit.selection.ROOT", tmp_path)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    module = tmp_path / "test_it.py"
    module.write_text(text)
    assert needs(module, FIXTURES, MARKS) is expected
    assert needs(tmp_path, FIXTURES, MARKS) is expected
    assert not needs(tmp_path / "conftest.py", FIXTURES, MARKS)


def test_no_module_is_left_out_for_a_test_that_needs_no_server(request: pytest.FixtureRequest) -> None:
    """The texts of the modules in this run say what pytest has found."""
    conftest = request.config.pluginmanager.get_plugin(str(request.config.rootpath / "conftest.py"))
    assert conftest is not None
    modules = {item.path for item in request.session.items}
    left_out = {it for it in modules if needs(it, conftest.SERVER_FIXTURES, MARKS)}
    assert [
        item.nodeid
        for item in request.session.items
        if item.path in left_out and not any(item.get_closest_marker(mark) for mark in MARKS)
    ] == []
