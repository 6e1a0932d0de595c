"""Dead letters: their messages in `<topic>.dlq`, their rows in the inbox, and what operators can do about them."""

from common.delivery.dead_letters.actions import correct, count_overtaken, drop, history, retry, states
from common.delivery.dead_letters.messages import SUFFIX, dead_letter
from common.delivery.dead_letters.rows import (
    Brief,
    Group,
    Key,
    Letter,
    Reader,
    Selection,
    briefly,
    find,
    groups,
    keys,
    tenants,
)

__all__ = [
    "SUFFIX",
    "Brief",
    "Group",
    "Key",
    "Letter",
    "Reader",
    "Selection",
    "briefly",
    "correct",
    "count_overtaken",
    "dead_letter",
    "drop",
    "find",
    "groups",
    "history",
    "keys",
    "retry",
    "states",
    "tenants",
]
