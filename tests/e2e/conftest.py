"""`leadgen demo` and `leadgen up` as processes that a test watches and ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import psutil
import pytest

LEADGEN = Path(sys.executable).with_name("leadgen")
NOT_OURS = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "GATEWAY_JWT_SECRET")


class Run:
    """A `leadgen` command on its way. Its processes are known by where its temporary files are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.out = folder / "out.json"
        self._errors = folder / "errors.txt"
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str | Path, exports: Mapping[str, str] | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS} | dict(exports or {})
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [LEADGEN, *arguments],
                env={**environment, "TMPDIR": str(self.temporary)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def shows(self, words: str) -> list[str]:
        """Reads its standard output up to these words."""
        lines: list[str] = []
        for line in self._output():
            lines.append(line)
            if words in line:
                return lines
        raise AssertionError(f"ended without {words!r}: {''.join(lines)} {self.errors()}")

    def ends(self) -> int:
        """Its exit code, once it has one."""
        assert self.process is not None
        with self._output() as output:
            output.read()
        return self.process.wait(60)

    def errors(self) -> str:
        return self._errors.read_text()

    def processes(self) -> list[psutil.Process]:
        """All that run with its temporary folder, or in it (PostgreSQL writes over its environment)."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                is_inside = Path(process.cwd()).is_relative_to(self.temporary)
                if is_inside or process.environ().get("TMPDIR") == str(self.temporary):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # it ended just now, or is another user's
        return found

    def is_sent(self, number: signal.Signals) -> None:
        assert self.process is not None
        assert self.process.poll() is None, self.errors()
        self.process.send_signal(number)

    def leaves_no_process(self, *, within_s: float = 30) -> None:
        wait_until(lambda: not self.processes(), within_s)

    def leaves_nothing(self) -> None:
        """No process, and no temporary file."""
        self.leaves_no_process()
        assert list(self.temporary.iterdir()) == []

    def has_processes(self, count: int, *, within_s: float = 30) -> None:
        """Returns when it has more than so many."""
        wait_until(lambda: len(self.processes()) > count, within_s)

    def _output(self) -> IO[str]:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.05)


@pytest.fixture
def command(server_folder: Path) -> Iterator[Run]:
    """A command that the test starts; nothing of it is left afterwards."""
    run = Run(server_folder)
    yield run
    for process in run.processes():  # of a test that failed
        process.kill()
    if run.process is not None and run.process.stdout is not None:
        run.process.wait(10)
        run.process.stdout.close()
