"""What goes wrong when a real part is started. Every message says what to do about it."""


class EmbeddedError(Exception):
    """Base of the errors of this package."""


class MissingPart(EmbeddedError):
    """The machine lacks a program that a real part needs; the message names it and how to get it."""


class CouldNotInstall(EmbeddedError):
    """What a real part is made of could not be fetched; the message carries what the tool said."""


class InUse(EmbeddedError):
    """Another running server holds the data directory."""


class DidNotStart(EmbeddedError):
    """The server ended, or did not answer in time; the message carries the end of its log."""
