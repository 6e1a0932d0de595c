"""The README of `common` lists its modules: all, and only those that exist."""

import re
from pathlib import Path

COMMON = Path(__file__).resolve().parents[2] / "libs/common"


def test_the_readme_of_common_lists_each_module() -> None:
    """Rows of its table name each file of the package."""
    readme = (COMMON / "README.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in readme.splitlines() if line.startswith("| "))
    there = {file.name for file in (COMMON / "src/common").rglob("*.py")} - {"__init__.py"}

    assert set(re.findall(r"`(\w+\.py)`", rows)) == there
