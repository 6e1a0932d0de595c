"""Reasons why a load ends without a result. Nothing has changed, and the message says what to do."""

from common.errors import Permanent


class NotARegister(Permanent):
    """The file is no CSV of the register, or is incomplete: get another one."""


class LoadFailed(Permanent):
    """The register may be good, but the database or the disk refused it."""


class UnknownVersion(LoadFailed):
    """The requested version of SSIC is not in `ssic_ref`."""
