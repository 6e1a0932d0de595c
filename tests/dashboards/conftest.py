"""A Prometheus of Debian's package, as `make test-dashboards` provides it. Plain `pytest` leaves its tests out."""

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Users of this repository have no Prometheus at hand: its tests run where they are asked for by their mark."""
    if "dashboards" in (config.option.markexpr or ""):
        return
    asked = [item for item in items if item.get_closest_marker("dashboards") is None]
    if len(asked) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("dashboards")])
        items[:] = asked


@pytest.fixture(scope="session")
def prometheus_folder() -> Path:
    """Where `prometheus` and `promtool` are."""
    folder = Path(os.environ["PROMETHEUS_BIN"])
    assert (folder / "promtool").is_file(), f"{folder} has no promtool: use `make test-dashboards`"
    return folder
