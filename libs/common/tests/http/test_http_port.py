"""The address of a service's HTTP server: one that cannot be used is named with its setting."""

import socket

import pytest
from starlette.applications import Starlette

from common.errors import Permanent
from common.http.http_server import http_server
from common.settings import StageSettings

PLACES = {"database_url": "postgresql://x", "kafka_bootstrap_servers": "x:1"}


def test_a_port_in_use_is_reported_with_its_setting() -> None:
    """The service ends with a line and exit code 1, as with any cause that keeps it from starting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = StageSettings(**PLACES, http_host="127.0.0.1", http_port=other.getsockname()[1])
        with pytest.raises(Permanent, match=r"^HTTP_PORT \d+ of HTTP_HOST 127.0.0.1 cannot be used: Address already"):
            http_server(Starlette(), settings)


def test_an_address_of_another_machine_is_reported_with_its_setting() -> None:
    """192.0.2.1 is for documentation, and nobody's."""
    with pytest.raises(Permanent, match=r"HTTP_HOST 192.0.2.1 cannot be used"):
        http_server(Starlette(), StageSettings(**PLACES, http_host="192.0.2.1"))
