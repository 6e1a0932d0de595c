"""The lock of a data directory. Every process of the server inherits it, so it shows whether one still runs."""

import fcntl
import os
import time
from pathlib import Path

from embedded.errors import InUse


def hold(folder: Path, *, timeout: float = 0.0) -> int:
    """Locks the file beside `folder`; the lock lasts until the last process that inherited the descriptor has ended.

    Raises InUse when the lock is not free within `timeout` seconds.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(folder.with_name(folder.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(held)
                raise InUse(f"{folder} is in use by another run: stop that one, or use another directory") from None
            time.sleep(0.01)
        else:
            return held
