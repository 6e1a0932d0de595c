"""Tells events that may kill their process from events that were only in hand when one died. Pure.

A claim that finds its row still in hand takes it from a holder that died; all rows of that holder count such a crash.
After a few crashes in a row an event is a suspect: it is handled alone, with nothing else in hand in its process. One
whose process dies several times even so is dead-lettered. The rest before each such attempt doubles, so that a burst of
kills from outside meets an event alone a few times at most.
"""

from datetime import timedelta

from common.delivery.inbox import Claim

#: Crashes in a row after which an event is handled alone.
SUSPECT_AFTER = 3
#: Crashes with the event alone in hand after which it is dead-lettered: a quarter of an hour at least, by the rests.
MAX_SOLO_CRASHES = 5
REST = timedelta(minutes=1)
#: Seconds that a suspect waits for the process to have nothing else in hand; meanwhile no other event is begun. One
#: that waits in vain rests, so that a long run beside suspects does not keep the others out for most of the time.
QUIET_S = 30.0


def is_suspect(claim: Claim) -> bool:
    """Whether the event has to be handled alone."""
    return claim.crashes >= SUSPECT_AFTER or claim.solo_crashes > 0


def is_poison(claim: Claim) -> bool:
    """Whether the event killed its process often enough while nothing else was in hand."""
    return claim.solo_crashes >= MAX_SOLO_CRASHES


def solo_lease(claim: Claim) -> timedelta:
    """Returns the lease of an event that is handled alone; after a crash, the next attempt waits for its end."""
    return REST * 2.0**claim.solo_crashes
