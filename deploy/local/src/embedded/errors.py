"""Errors of starting a server. Every message says what to do about it."""


class EmbeddedError(Exception):
    """Base of the errors of this package."""


class MissingPart(EmbeddedError):
    """The machine lacks a program that a real part needs; the message names it and how to get it."""


class CouldNotInstall(EmbeddedError):
    """A server's files could not be fetched; the message contains the tool's output."""


class InUse(EmbeddedError):
    """Another running server holds the data directory."""


class DidNotStart(EmbeddedError):
    """The server ended, or did not answer in time; the message carries the end of its log."""
