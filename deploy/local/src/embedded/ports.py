"""Free loopback ports, taken from below the range that the kernel gives to outgoing connections.

A server that is stopped and started again on its port must find it free: a port of the ephemeral range may by then
belong to somebody's client connection.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)

#: Not the shared generator: a test that seeds it would make two processes take the same ports.
_random = random.SystemRandom()


def free_port() -> int:
    """A loopback port nobody listens on at this moment. Raises OSError when a hundred in a row are taken."""
    for port in _random.sample(RANGE, 100):
        if is_free(port):
            return port
    raise OSError(f"no free port on {LOOPBACK} from {RANGE.start} to {RANGE.stop}")


def is_free(port: int) -> bool:
    """Returns whether nobody listens on this loopback port at this moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
