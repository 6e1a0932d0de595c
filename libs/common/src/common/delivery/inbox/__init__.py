"""The inbox, a service's durable list of work, its intake and its monitoring. Import the table's names from here."""

from common.delivery.inbox.rows import NO_TENANT, Arrival, Backlog, Claim, DeadLetters, Outlook
from common.delivery.inbox.table import AT_ONCE, BEFORE_ALL, Inbox, is_cut_off

__all__ = [
    "AT_ONCE",
    "BEFORE_ALL",
    "NO_TENANT",
    "Arrival",
    "Backlog",
    "Claim",
    "DeadLetters",
    "Inbox",
    "Outlook",
    "is_cut_off",
]
