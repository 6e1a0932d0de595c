"""Errors at the start of a server. Every message says what to do."""


class EmbeddedError(Exception):
    """Base of the errors of this package."""


class MissingPart(EmbeddedError):
    """The machine lacks a required program; the message names it and explains how to install it."""


class CouldNotInstall(EmbeddedError):
    """A server's files could not be downloaded; the message contains the tool's output."""


class InUse(EmbeddedError):
    """Another running server holds the data directory."""


class DidNotStart(EmbeddedError):
    """The server ended, or did not answer in time; the message contains the end of its log."""
