"""The index of subcommands: what it lists is what the modules say, and listing imports none of them."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from leadgen.cli import SUBCOMMANDS, app, imported


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_index_says_what_the_subcommand_says(name: str) -> None:
    described = (imported(name).help or "").split("\n\n")[0]
    assert " ".join(described.split()) == SUBCOMMANDS[name].help


def test_the_list_imports_no_subcommand() -> None:
    """The benches, the databases' and the brokers' clients take a second and more to import."""
    program = """
import sys
from leadgen.cli import app
try:
    app(["--help"])
except SystemExit as end:
    print(end.code, sorted({"aiokafka", "asyncpg", "common", "httpx", "pydantic"} & sys.modules.keys()))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.splitlines()[-1] == "0 []"


def test_an_unknown_subcommand_is_answered_with_the_nearest() -> None:
    ended = CliRunner().invoke(app, ["nightli"])
    assert ended.exit_code == 2
    assert "Did you mean 'nightly'" in ended.output
