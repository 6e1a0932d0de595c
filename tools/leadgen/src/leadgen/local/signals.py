"""A clean stop on Ctrl-C: the running task is cancelled, and cleans up without another interruption."""

import asyncio
import signal


def stop_on_signals() -> None:
    """Makes SIGINT and SIGTERM cancel the current task; further signals are ignored while it cleans up."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 # whoever calls this is one

    def stop() -> None:
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
