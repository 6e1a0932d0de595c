"""A service as a child process that is restarted whenever it ends by itself, as a cluster would do."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import structlog

from common.errors import Permanent
from embedded.child import Child, tail
from embedded.ports import LOOPBACK, free_port

log = structlog.get_logger(__name__)

READY_WITHIN_S = 60.0
RESTART_PAUSE_S = 0.5


class DidNotGetReady(Permanent):
    """A service did not answer in time; the message has the end of its log."""


class Service:
    """One replica. `command` is its console script; its HTTP is on this loopback port, or on a free one."""

    def __init__(
        self, name: str, command: str, environment: Mapping[str, str], logs: Path, *, port: int | None = None
    ) -> None:
        self.name = name
        self.port = port or free_port()
        self.metrics_port = free_port()
        self.log = logs / f"{name}.log"
        self._command = [str(Path(sys.executable).with_name(command))]
        self._environment = {
            **os.environ,
            **environment,
            "HTTP_HOST": LOOPBACK,
            "HTTP_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "PYTHONUNBUFFERED": "1",
        }
        self._keeper: asyncio.Task[None] | None = None
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def metrics_url(self) -> str:
        """The address of the service's metrics."""
        return f"http://{LOOPBACK}:{self.metrics_port}/metrics"

    def start(self) -> None:
        """Starts the service, and restarts it until `stop`."""
        self.child = Child.start(self._command, log=self.log, env=self._environment)
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self.name}")

    async def stop(self) -> None:
        """Stops the service with a signal, as a cluster would, and waits for its end."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self.child is not None:
            await asyncio.to_thread(self.child.stop, 30)

    async def is_ready(self, *, within_s: float = READY_WITHIN_S) -> None:
        """Waits until the service answers that it is ready. Raises DidNotGetReady."""
        try:
            async with asyncio.timeout(within_s), httpx.AsyncClient(trust_env=False) as http:
                while True:
                    try:
                        answer = await http.get(f"{self.url}/readyz", timeout=5)
                    except httpx.HTTPError:
                        await asyncio.sleep(0.1)
                        continue
                    if answer.status_code == 200:
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise DidNotGetReady(f"{self.name} is not ready; the end of {self.log}:\n{tail(self.log)}") from None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(RESTART_PAUSE_S)
            if self.child is not None and not self.child.is_running():
                log.warning("service_started_again", service=self.name, exit_code=self.child.exit_code())
                self.child = Child.start(self._command, log=self.log, env=self._environment)
