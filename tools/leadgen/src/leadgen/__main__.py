"""The console script, and `python -m leadgen`. Imports nothing until it can be interrupted without a traceback."""

import sys

#: The exit code of a command that SIGINT has ended.
INTERRUPTED = 130


def main() -> None:
    """Runs the command. Ctrl-C ends it without a traceback at any time, also while modules are imported."""
    try:
        import logging

        from leadgen.cli import main as command

        # Its lines about a broker that is away would come before ours.
        logging.getLogger("aiokafka").addHandler(logging.NullHandler())
        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
