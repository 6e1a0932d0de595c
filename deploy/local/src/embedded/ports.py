"""Free loopback ports, below the range that the kernel uses for outgoing connections.

A server that is stopped and started again on its port must find it free: a port of the ephemeral range may by then
belong to somebody's client connection.
"""

import os
import random
import socket
import sys
from collections import deque

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)

#: Not the shared generator: a test that seeds it would make two processes take the same ports.
_random = random.SystemRandom()


#: Reservations of this process's last ports: long enough for whoever asked to listen there.
_reservations: deque[int] = deque()
MOST_RESERVATIONS = 64


def free_port() -> int:
    """Returns a free loopback port, and reserves it. Raises OSError if a hundred in a row are in use."""
    for port in _random.sample(RANGE, 100):
        if is_free(port) and reserve(port):
            return port
    raise OSError(f"no free port on {LOOPBACK} from {RANGE.start} to {RANGE.stop}")


def is_free(port: int) -> bool:
    """Returns whether nobody listens on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def reserve(port: int) -> bool:
    """Keeps other processes from choosing this port before a server listens there. False if another has chosen it.

    A reservation is a name in Linux's abstract namespace of sockets, which ends with its process. Elsewhere it is none
    """
    if sys.platform != "linux":
        return True
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0leadgen-port-{port}")
        except OSError:
            return False
        _reservations.append(name.detach())
    if len(_reservations) > MOST_RESERVATIONS:
        os.close(_reservations.popleft())
    return True
