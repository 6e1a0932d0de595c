"""Deliverability of addresses: those of the town, of large mail providers, and unknown ones.

`LOCAL@example.com` is the vendor's own sandbox: the local part says the answer.
"""

from typing import NamedTuple
from zlib import crc32

from simulator.draws import draws
from simulator.town.town import Town

SANDBOX = "example.com"
FREE_DOMAINS = frozenset({"gmail.com", "yahoo.com", "yahoo.com.sg", "hotmail.com", "outlook.com", "singnet.com.sg"})
_TYPOS = {"gamil.com": "gmail.com", "gmial.com": "gmail.com", "hotmial.com": "hotmail.com", "yaho.com": "yahoo.com"}
_DISPOSABLE = frozenset({"mailinator.com", "guerrillamail.com", "yopmail.com"})
_ROLES = frozenset(
    {"info", "sales", "enquiry", "enquiries", "contact", "admin", "support", "hr", "careers", "accounts"}
)
_WORD = 65_536


class Verdict(NamedTuple):
    """A status and its reason in the vendor's spelling."""

    status: str
    sub_status: str = ""
    did_you_mean: str | None = None


_REASONS = {
    "invalid": (
        "does_not_accept_mail failed_syntax_check possible_typo mailbox_not_found no_dns_entries "
        "mailbox_quota_exceeded unroutable_ip_address"
    ),
    "do_not_mail": ("role_based role_based_catch_all disposable mx_forward global_suppression possible_trap toxic"),
    "unknown": (
        "antispam_system exception_occurred failed_smtp_connection forcible_disconnect greylisted "
        "mail_server_did_not_respond mail_server_temporary_error timeout_exceeded"
    ),
    "valid": "gold role_based_accept_all leading_period_removed",
}
_SANDBOX: dict[str, Verdict] = {
    **{reason: Verdict(status, reason) for status, reasons in _REASONS.items() for reason in reasons.split()},
    "valid": Verdict("valid"),
    "invalid": Verdict("invalid", "mailbox_not_found"),
    "catch_all": Verdict("catch-all"),
    "spamtrap": Verdict("spamtrap"),
    "abuse": Verdict("abuse"),
    "unknown": Verdict("unknown", "mail_server_temporary_error"),
    "donotmail": Verdict("do_not_mail", "role_based"),
    "free_email": Verdict("valid"),
    "aiagentmailbox": Verdict("valid", "ai_agent_mailbox"),
}
_GREYLISTED = Verdict("unknown", "greylisted")


def verdict_on(address: str, town: Town) -> Verdict:
    """Returns the verification of an address, ignoring case; always the same for an address."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at or not local or "." not in domain or " " in address.strip() or ".." in address:
        return Verdict("invalid", "failed_syntax_check")
    if domain == SANDBOX:
        return _SANDBOX.get(local, Verdict("valid"))
    if domain in _TYPOS:
        return Verdict("invalid", "possible_typo", f"{local}@{_TYPOS[domain]}")
    if domain in _DISPOSABLE:
        return Verdict("do_not_mail", "disposable")
    luck = draws(town.seed, b"mailbox", crc32(f"{local}@{domain}".encode()))[0] / _WORD
    if domain in FREE_DOMAINS:
        return Verdict("valid") if luck < 0.8 else Verdict("invalid", "mailbox_not_found")
    site = town.site(domain)
    if site is None:
        return Verdict("invalid", "no_dns_entries")
    catches_all = draws(town.seed, b"mail", site.company.index)[0] < 0.08 * _WORD
    if local in _ROLES:
        return Verdict("do_not_mail", "role_based_catch_all" if catches_all else "role_based")
    if catches_all:
        return Verdict("catch-all")
    if luck < 0.04:
        return _GREYLISTED
    known = {person.email for person in town.people(site)} | set(site.emails)
    if f"{local}@{domain}" not in known or luck < 0.1:
        return Verdict("invalid", "mailbox_not_found")
    return Verdict("valid", "alias_address") if luck > 0.98 else Verdict("valid")
