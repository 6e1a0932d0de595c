"""`python -m embedded` fetches what the servers need, once per machine, so that no test and no demo waits for it."""

import sys

from embedded.errors import EmbeddedError
from embedded.kafka import is_prepared, prepare


def main() -> int:
    """The exit code: 1 when something is missing, which is said in one line."""
    try:
        if not is_prepared():
            print("Fetching Apache Kafka (once) ...", flush=True)  # noqa: T201 - a command's own output
            prepare()
    except EmbeddedError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own output
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
