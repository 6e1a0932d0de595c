"""PostgreSQL and Kafka in containers, by testcontainers, with the methods of the embedded servers (`TEST_BACKEND`).

The images are those of docker-compose.yml, the settings those of the embedded servers. Ports are open on loopback only.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import yaml
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from embedded import kafka, postgres
from embedded.errors import DidNotStart
from embedded.ports import LOOPBACK, free_port

COMPOSE_FILE = Path(__file__).resolve().parents[3] / "docker-compose.yml"
START_TIMEOUT_S = 200.0
#: The fixtures remove what they start: no container is needed that watches over others, nor its image.
testcontainers_config.ryuk_disabled = True


def image(service: str) -> str:
    """The image of a service of docker-compose.yml."""
    return str(yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"][service]["image"])


class ContainerServer:
    """A server in a container on one port, to be stopped, killed and started again on its data, and removed.

    All methods block; none is for two threads at once.
    """

    def __init__(self, service: str, inner_port: int | None, is_ready: Callable[[], bool]) -> None:
        self.port = free_port()
        self.container = DockerContainer(image(service))
        # Typed as a number, passed on to Docker as it is: without an address the port would be open to everyone.
        self.container.ports[str(inner_port or self.port)] = (LOOPBACK, self.port)  # type: ignore[assignment]
        self._is_ready = is_ready
        self._is_made = False

    def start(self) -> Self:
        """Starts the server, on new data the first time, and returns when it answers. Raises DidNotStart."""
        if self._is_made:
            self._docker.start()
        else:
            self.container.start()
            self._is_made = True
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_ready():
            if not self.is_running() or time.monotonic() > deadline:
                raise DidNotStart(f"{self.container.image} does not answer:\n{self._docker.logs(tail=40).decode()}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Shuts the server down. May be repeated."""
        if self.is_running():
            self._docker.stop(timeout=30)

    def kill(self) -> None:
        """Crashes the server: SIGKILL, and gone when this returns."""
        self._docker.kill()
        self._docker.wait()

    def remove(self) -> None:
        """Removes the container with its data."""
        self.container.stop()

    def is_running(self) -> bool:
        if not self._is_made:
            return False
        self._docker.reload()
        return bool(self._docker.status == "running")

    @property
    def _docker(self) -> Any:
        return self.container.get_wrapped_container()


class ContainerPostgres(ContainerServer):
    """A PostgreSQL with the settings of tests."""

    def __init__(self) -> None:
        super().__init__("postgres", 5432, self._is_accepting)
        fixed = {"unix_socket_directories", "listen_addresses"}  # as the image has them
        settings = {**postgres.SETTINGS, **postgres.NOT_DURABLE}
        arguments = [
            word for name, value in settings.items() if name not in fixed for word in ("-c", f"{name}={value}")
        ]
        self.container.with_command(["postgres", *arguments])
        locale = "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
        self.container.with_envs(
            POSTGRES_HOST_AUTH_METHOD="trust",
            POSTGRES_USER="postgres",
            POSTGRES_PASSWORD="unused",
            POSTGRES_INITDB_ARGS=f"{locale} --no-sync",
        )

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"

    def _is_accepting(self) -> bool:
        # By TCP: while the first start prepares the data, the server listens on its socket only.
        return self.container.exec(["pg_isready", f"--host={LOOPBACK}", "--username=postgres"]).exit_code == 0


class ContainerKafka(ContainerServer):
    """A broker without topics. It listens on the same port inside and outside, so that both know it by one address."""

    def __init__(self) -> None:
        super().__init__("kafka", None, lambda: kafka.serves_metadata(self.port))
        lines = kafka.SETTINGS.replace("controller.quorum.voters=1@{host}", "controller.quorum.voters=1@localhost")
        text = lines.format(host=LOOPBACK, port=self.port, controller_port=9093, logs="/var/lib/kafka/data")
        settings = dict(line.split("=", 1) for line in text.split())
        settings["listeners"] = f"BROKER://:{self.port},CONTROLLER://:9093"
        self.container.with_envs(
            **{f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}
        )

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def is_serving(self) -> bool:
        """Whether it answers, and names a broker: a client can work with it."""
        return self.is_running() and kafka.serves_metadata(self.port)
