"""Ports for servers on this machine: two processes never choose the same."""

import subprocess
import sys

import pytest

from embedded.ports import MOST_RESERVATIONS, free_port

ASK = "import sys; from embedded.ports import reserve; print(reserve(int(sys.argv[1])))"


@pytest.mark.skipif(sys.platform != "linux", reason="reservations are names in Linux's abstract namespace of sockets")
def test_a_chosen_port_is_nobody_elses_until_it_is_used() -> None:
    """Another process that comes upon it takes another one; a reservation that is old enough ends."""
    port = free_port()
    assert asked_for(port) == "False"
    for _ in range(MOST_RESERVATIONS):
        free_port()
    assert asked_for(port) == "True"


def asked_for(port: int) -> str:
    command = [sys.executable, "-c", ASK, str(port)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
