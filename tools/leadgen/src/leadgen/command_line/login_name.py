"""The user name that an operator's command is recorded with."""

import getpass
import os
from typing import Annotated

import typer


def login_name() -> str:
    """Returns the login name; in a container without users, the user id."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


Operator = Annotated[
    str,
    typer.Option(
        "--by",
        default_factory=login_name,
        show_default=False,
        help="Your name, for the record. Default: the login name.",
    ),
]
