"""A process that outlives its parent and, whenever the parent dies, stops the children that it left.

It reads lines from a pipe whose other end only we hold, `+PID SIGNAL` for a child started, `-PID` for one that has
ended. The end of the pipe is our death: each child left gets its signal, and SIGKILL if it does not end in time.
Unlike PR_SET_PDEATHSIG this works whichever thread started the child, across a change of user, and not only on Linux.
"""

import os
import signal
import sys
import time

GRACE_S = 10.0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def main() -> None:
    """Blocks until standard input ends, then until every remaining child has ended."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    children: dict[int, int] = {}
    for line in sys.stdin:
        word = line.split()
        if line.startswith("+"):
            children[int(word[0][1:])] = int(word[1])
        else:
            children.pop(int(word[0][1:]), None)
    for pid, number in children.items():
        send(pid, number)
    deadline = time.monotonic() + GRACE_S
    while any(map(is_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in children:
        send(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
