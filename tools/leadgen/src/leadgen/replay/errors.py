"""Errors of replays. The messages are for operators."""

from common.errors import Permanent


class ReplayRefused(Permanent):
    """The slice, the consumer or the replay is not suitable for the command."""
