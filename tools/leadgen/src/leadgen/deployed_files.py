"""Finds the files under `deploy/`: in the place that the environment names, else in this checkout."""

import os
from pathlib import Path

from common.errors import Permanent


class NotFound(Permanent):
    """The file is neither named by the environment nor in the checkout."""


def deployed(name: str, variable: str) -> Path:
    """Returns the path of `deploy/<name>`, or of the environment variable's file. Raises NotFound."""
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
