"""Optional packages, imported on demand: scikit-learn and matplotlib are large, and not always installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from common.errors import Permanent


class NotInstalled(Permanent):
    """An optional package is missing."""


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Wraps imports for `what`: explains which packages are missing and how to install them. Raises NotInstalled."""
    try:
        yield
    except ImportError as error:
        raise NotInstalled(
            f"{what} needs scikit-learn and matplotlib ({error}): install them with `make install` in a checkout, "
            "or with `pip install 'leadgen[scoring]'`"
        ) from error
