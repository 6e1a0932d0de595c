"""Commands of Docker, and a deployment by docker compose."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def run(
    *command: str, env: Mapping[str, str] | None = None, expect: tuple[int, ...] = (0,), within_s: float = 300
) -> str:
    """Runs a command in the checkout and returns its standard output. Fails unless it ends with one of `expect`."""
    ended = subprocess.run(
        command, cwd=ROOT, env=env or os.environ, capture_output=True, text=True, timeout=within_s, check=False
    )
    assert ended.returncode in expect, (
        f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout[-6000:]}\n{ended.stderr[-6000:]}"
    )
    return ended.stdout


def inspected(kind: str, name: str) -> dict[str, Any]:
    """Returns what `docker inspect` says of an image, container or network."""
    found: list[dict[str, Any]] = json.loads(run("docker", kind, "inspect", name))
    return found[0]


def compose_command() -> list[str]:
    """`docker compose` where the plugin is there, else the program `docker-compose`."""
    has_plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    return ["docker", "compose"] if has_plugin else ["docker-compose"]


@dataclass(frozen=True)
class Deployment:
    """A project of docker compose, and what the demo's script printed when it started it."""

    environment: dict[str, str] = field(repr=False)
    env_file: Path
    ports: dict[str, int]
    demo: str = field(default="", repr=False)

    def compose(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> str:
        """Runs docker compose on the project and returns what it printed. Fails unless it ends with one of `expect`."""
        command = [*compose_command(), "--env-file", str(self.env_file), *arguments]
        return run(*command, env=self.environment, expect=expect, within_s=600)

    def operator(
        self, *arguments: str, settings: Mapping[str, str] | None = None, expect: tuple[int, ...] = (0,)
    ) -> str:
        """Runs the operator's command in its container."""
        variables = [part for name, value in (settings or {}).items() for part in ("-e", f"{name}={value}")]
        return self.compose("run", "--rm", "-T", *variables, "operator", *arguments, expect=expect)

    def container(self, service: str) -> dict[str, Any]:
        """Returns what `docker inspect` says of the service's container."""
        found = self.compose("ps", "-q", service).split()
        assert len(found) == 1, f"{service}: {found}"
        return inspected("container", found[0])
