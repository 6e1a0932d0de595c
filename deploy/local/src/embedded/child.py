"""Child processes that end with this process: they are stopped when it dies, even by SIGKILL."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedded import guard


class _Guard:
    """This process's end of the guard's pipe (see guard.py). Started with the first child, one per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._children: dict[int, Child] = {}

    def watch(self, child: "Child", stop_signal: signal.Signals) -> None:
        with self._lock:
            if self._process is None or self._owner != os.getpid():  # a forked copy of us needs its own
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-S", guard.__file__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
                self._owner = os.getpid()
                self._children.clear()
                atexit.register(self._close)
            self._children[child.pid] = child
            self._write(f"+{child.pid} {int(stop_signal)}")

    def forget(self, child: "Child") -> None:
        with self._lock:
            if self._children.pop(child.pid, None) is not None:
                self._write(f"-{child.pid}")

    def _write(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # someone killed the guard: we still stop them
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()

    def _close(self) -> None:
        """Stops remaining children at a normal exit, and ends the guard."""
        if self._owner != os.getpid() or self._process is None or self._process.stdin is None:
            return
        for child in list(self._children.values()):
            child.stop()
        self._process.stdin.close()
        self._process.wait()


class Child:
    """A running child process, in its own session, so that a Ctrl-C in the terminal does not reach it."""

    def __init__(self, process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
        self._process = process
        self._stop_signal = stop_signal
        _guard.watch(self, stop_signal)

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        group: int | None = None,
        keep_open: Sequence[int] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> "Child":
        """Starts the command with its output appended to `log`; as another user if requested (only as root).

        `keep_open` are file descriptors it inherits. Raises OSError when the program cannot be started.
        """
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - the caller's own command
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
                pass_fds=keep_open,
                start_new_session=True,
            )
        return cls(process, stop_signal)

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """The exit code; `None` while the process runs, negative if a signal ended it."""
        code = self._process.poll()
        if code is not None:
            _guard.forget(self)
        return code

    def is_running(self) -> bool:
        return self.exit_code() is None

    def wait(self) -> int:
        """Blocks until the process ends by itself; returns its exit code."""
        self._process.wait()
        return self.kill()

    def stop(self, timeout: float = 10.0) -> int:
        """Stops the process, with SIGKILL after `timeout` seconds; returns its exit code. May be repeated."""
        if self.is_running():
            self._process.send_signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        return self.kill()

    def kill(self) -> int:
        """Kills the process with SIGKILL, like a crash; returns its exit code. May be repeated."""
        if self.is_running():
            self._process.kill()
        code = self._process.wait()
        _guard.forget(self)
        return code


def tail(log: Path, lines: int = 15) -> str:
    """Returns the last lines of a log file, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


_guard = _Guard()
