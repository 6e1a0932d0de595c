"""The product in containers, as `make test-compose` runs it. Plain `pytest` leaves this folder out."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from embedded.ports import free_port
from testkit.containers import ROOT, Deployment, run

#: No package of Debian's, PyPI's or npm's has Grafana: where there is no registry of images, it is left out.
NOT_TO_BE_HAD = {"grafana"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """These tests need a Docker engine and minutes: they run where they are asked for, with `-m compose`."""
    if "compose" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if item.get_closest_marker("compose")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.get_closest_marker("compose") is None]


@pytest.fixture(scope="session")
def composed() -> dict[str, Any]:
    """docker-compose.yml, read."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="session")
def deployment(composed: dict[str, Any]) -> Iterator[Deployment]:
    """Everything that `docker compose up` starts, with the demo's data; taken down with its volumes afterwards."""
    services = [name for name, it in composed["services"].items() if it.get("profiles", ["demo"]) == ["demo"]]
    if os.environ.get("LEADGEN_STAND_INS"):
        services = [name for name in services if name not in NOT_TO_BE_HAD]
    ports = {name: free_port() for name in ("GATEWAY_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")}
    with tempfile.TemporaryDirectory(prefix="leadgen-compose-") as folder:
        env_file = Path(folder) / "env"
        settings = {"COMPOSE_PROJECT_NAME": f"leadgen-test-{os.getpid()}", **ports}
        env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
        environment = {**os.environ, "COMPOSE_HTTP_TIMEOUT": "300"}
        asked = {"ENV_FILE": str(env_file), "ROWS": "20000", "SERVICES": " ".join(services)}
        try:
            demo = run(str(ROOT / "deploy/compose/demo"), env={**environment, **asked}, within_s=1500)
            yield Deployment(environment, env_file, ports, demo)
        finally:
            down = Deployment(environment, env_file, ports)
            if "GRAFANA_PASSWORD" in env_file.read_text(encoding="utf-8"):
                down.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
