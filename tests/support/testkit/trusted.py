"""The certificates that clients of tests trust: read once in a process, since reading them takes 30 ms."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """Python's own default, for `verify=` of a client."""
    return ssl.create_default_context()
