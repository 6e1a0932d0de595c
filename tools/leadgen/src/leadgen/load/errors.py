"""Why a load ends without having loaded. Either way nothing has changed, and the message says what to do."""

from common.errors import Permanent


class NotARegister(Permanent):
    """The file is no CSV of the register, or breaks off: get another one."""


class LoadFailed(Permanent):
    """The register may be good, but the database or the disk would not have it."""


class UnknownVersion(LoadFailed):
    """The version of SSIC that was named is not among those in `ssic_ref`."""
