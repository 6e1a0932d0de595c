"""Finds the files under `deploy/`: named by the environment, else in the checkout that this runs from."""

import os
from pathlib import Path

from common.errors import Permanent


class NotFound(Permanent):
    """Neither the environment nor the checkout says where a file is."""


def deployed(name: str, variable: str) -> Path:
    """`deploy/<name>`, or what the environment variable names. Raises NotFound."""
    named = os.environ.get(variable)
    if named:
        if not Path(named).exists():
            raise NotFound(f"{variable} names {named}, which does not exist")
        return Path(named)
    for folder in Path(__file__).parents:
        found = folder / "deploy" / name
        if found.exists():
            return found
    raise NotFound(f"this is not run from a checkout: set {variable} to where deploy/{name} is")
