"""What can go wrong between us and a vendor, told apart by what to do about it.

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

#: A refused key stays refused until somebody acts; after this a single call finds out.
KEY_REFUSED = timedelta(minutes=15)
#: Credits come back at the end of a month, or whenever somebody tops up, of which no answer tells. So the same for all
#: vendors, at whatever hour: at most six calls a day to find out, at most four hours until a top-up is noticed.
OUT_OF_CREDITS = timedelta(hours=4)


class VendorError(LeadgenError):
    """Base of what a vendor's adapter raises."""

    def __init__(self, vendor: Vendor, reason: str) -> None:
        super().__init__(f"{vendor}: {reason}")
        self.vendor: Vendor = vendor
        self.reason = reason


class Rejected(VendorError):
    """The vendor is well and will not do this."""


class AccountRefused(VendorError):
    """The vendor will do nothing for us before `until` has passed."""

    def __init__(self, vendor: Vendor, reason: str, until: timedelta) -> None:
        super().__init__(vendor, reason)
        self.until = until


class Throttled(VendorError):
    """The vendor wants us slower. `retry_after` is what it asked for, if it said."""

    def __init__(self, vendor: Vendor, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(vendor, reason)
        self.retry_after = retry_after


class Failed(VendorError):
    """The vendor is not well. `may_be_charged`: it may have done the work and charged for it."""

    def __init__(self, vendor: Vendor, reason: str, *, may_be_charged: bool) -> None:
        super().__init__(vendor, reason)
        self.may_be_charged = may_be_charged
