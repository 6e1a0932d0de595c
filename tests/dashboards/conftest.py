"""A Prometheus, as `make test-dashboards` provides it, and a collector of spans. Plain `pytest` leaves these tests out.

Every service of these tests records spans: they prove that a recording disturbs nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.servers.otlp_collector import Collector, otlp_collector


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
    """The folder of `prometheus` and `promtool`."""
    folder = Path(os.environ["PROMETHEUS_BIN"])
    assert (folder / "promtool").is_file(), f"{folder} has no promtool: use `make test-dashboards`"
    return folder


@pytest.fixture(scope="session", autouse=True)
def collector() -> Iterator[Collector]:
    """The collector that the product, which starts after it, sends its spans to."""
    with otlp_collector() as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        yield running
