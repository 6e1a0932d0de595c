"""Errors of vendors, by the reaction that they need.

VendorError
├── Rejected     the request is wrong, or there is nothing for us (400, 404, 422, 451): not again; surely not charged
├── Closed       no key, no credits, not allowed (401, 402, 403, 432, 433): nobody need try again for a while
├── Throttled    too many requests (429): later; surely not charged
└── Failed       no answer, or none that makes sense (5xx, timeouts, malformed): again, soon; perhaps charged

`reason` is short and printable, and holds neither a key nor an e-mail address.
"""

from datetime import timedelta
from typing import Literal, TypeAlias

from common.errors import LeadgenError

Vendor: TypeAlias = Literal["tavily", "lusha", "zerobounce", "openai"]

#: A refused key stays refused until someone acts; after this time a single call checks again.
KEY_REFUSED = timedelta(minutes=15)
#: Credits come back at the end of a month, or with a top-up; no answer says when. So at most six calls a day check, and
#: a top-up is noticed within four hours.
OUT_OF_CREDITS = timedelta(hours=4)


class VendorError(LeadgenError):
    """Base of the errors of a vendor's adapter."""

    def __init__(self, vendor: Vendor, reason: str) -> None:
        super().__init__(f"{vendor}: {reason}")
        self.vendor: Vendor = vendor
        self.reason = reason


class Rejected(VendorError):
    """The vendor works but refuses this request."""


class AccountRefused(VendorError):
    """The vendor refuses all our requests; try again after `until` at the earliest."""

    def __init__(self, vendor: Vendor, reason: str, until: timedelta) -> None:
        super().__init__(vendor, reason)
        self.until = until


class Throttled(VendorError):
    """The vendor wants fewer requests. `retry_after` is its Retry-After, if it sent one."""

    def __init__(self, vendor: Vendor, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(vendor, reason)
        self.retry_after = retry_after


class Failed(VendorError):
    """The vendor failed. `may_be_charged`: it may have done the work and charged for it."""

    def __init__(self, vendor: Vendor, reason: str, *, may_be_charged: bool) -> None:
        super().__init__(vendor, reason)
        self.may_be_charged = may_be_charged
