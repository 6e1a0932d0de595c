"""`python -m embedded` downloads the servers' files, once per machine, so that no test and no demo waits for them."""

import sys

from embedded.errors import EmbeddedError
from embedded.kafka import is_prepared, prepare


def main() -> int:
    """Downloads the files. Returns exit code 1, with one line, if something is missing."""
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
