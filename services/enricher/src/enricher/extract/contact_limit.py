"""Cuts a list of contacts without losing the ways to reach the company itself."""

from collections.abc import Callable, Sequence

from common.contracts import Contact

#: Contacts of which the best one always stays: a mailbox of the company, and its telephone.
_KEPT: tuple[Callable[[Contact], bool], ...] = (
    lambda contact: contact.kind == "email" and contact.is_role,
    lambda contact: contact.kind == "phone",
)


def shortlist(contacts: Sequence[Contact], limit: int) -> tuple[Contact, ...]:
    """Returns the first `limit` contacts of a sorted list, always with its first role mailbox and first telephone."""
    kept = [next((nth for nth, contact in enumerate(contacts) if is_kept(contact)), None) for is_kept in _KEPT]
    places = [nth for nth in kept if nth is not None][:limit]
    places += [nth for nth in range(len(contacts)) if nth not in places][: max(limit - len(places), 0)]
    return tuple(contacts[nth] for nth in sorted(places))
