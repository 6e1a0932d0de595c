"""ZeroBounce: verifies e-mail addresses. One credit for each definite verdict.

A refused key and an empty account arrive with HTTP 200 and in the same words: either raises AccountRefused, with the
shorter of the two times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import httpx2

from enricher.vendors.errors import KEY_REFUSED, AccountRefused, Throttled
from enricher.vendors.http import Endpoint, quoted
from enricher.vendors.lenient_json import ENTRIES, Flag, Reply, Text

_VENDOR_S = 60  # the timeout in ZeroBounce's request; most batches take seconds
_WITHIN_S = 75
_MOST_EMAILS = 100
_BLOCK = timedelta(minutes=10)  # the block after too many batches in a minute; no header states it


def verify_cost(emails: int) -> int:
    """Returns the highest cost in credits of so many addresses."""
    return emails


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict in ZeroBounce's own words ("catch-all", "do_not_mail"); unknown ones may appear.

    The mailboxes of companies (info@, sales@) are "do_not_mail" with "role_based": deliverable all the same.
    """

    email: str
    status: str
    sub_status: str
    did_you_mean: str | None
    is_free: bool

    @property
    def cost(self) -> int:
        """The credits charged: an unknown verdict is free."""
        return int(self.status != "unknown")


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """Verdicts and failures. Each address is in one of the two, spelled as requested. `failed`: (address, reason)."""

    results: tuple[Verification, ...]
    failed: tuple[tuple[str, str], ...]
    credits: int


class _Verdict(Reply):
    address: Text = ""
    status: Text = ""
    sub_status: Text = ""
    did_you_mean: Text = ""
    free_email: Flag = False


class _EmailError(Reply):
    email_address: Text = ""
    error: Text = ""


class _Answer(Reply):
    """An answer. Either list may be missing, but not both."""

    email_batch: Annotated[tuple[_Verdict, ...], ENTRIES] | None = None
    errors: Annotated[tuple[_EmailError, ...], ENTRIES] | None = None
    error: Text = ""


class ZeroBounce:
    """Client of ZeroBounce. One request per call; a repeated batch is charged again."""

    def __init__(self, http: httpx2.AsyncBaseTransport, key: str, base_url: str = "https://api.zerobounce.net") -> None:
        self._endpoint = Endpoint("zerobounce", http, base_url, key, {})
        self._key = key.strip()

    async def verify(self, emails: Sequence[str]) -> VerifyAnswer:
        """Verifies up to 100 addresses. Raises VendorError."""
        if not 1 <= len(emails) <= _MOST_EMAILS:
            raise ValueError(f"{len(emails)} addresses: a batch takes 1 to {_MOST_EMAILS}")
        body = {
            "api_key": self._key,
            "timeout": _VENDOR_S,
            "email_batch": [{"email_address": email, "ip_address": None} for email in emails],
        }
        try:
            answer = await self._endpoint.post("/v2/validatebatch", body, _Answer, within_s=_WITHIN_S)
        except Throttled as error:
            raise Throttled("zerobounce", error.reason, error.retry_after or _BLOCK) from error
        verdicts, errors = answer.email_batch or (), answer.errors or ()
        if not verdicts and any(_is_about_key(text) for text in (answer.error, *(item.error for item in errors))):
            raise AccountRefused("zerobounce", "key refused or out of credits", KEY_REFUSED)
        if answer.error or (answer.email_batch is None and answer.errors is None):
            raise self._endpoint.malformed("neither verdicts nor errors")
        return _sorted(emails, verdicts, {it.email_address.casefold(): quoted(it.error, self._key) for it in errors})


def _sorted(emails: Sequence[str], verdicts: Sequence[_Verdict], why: Mapping[str, str]) -> VerifyAnswer:
    by_address = {verdict.address.casefold(): verdict for verdict in reversed(verdicts) if verdict.status}
    results, failed = [], []
    for email in dict.fromkeys(emails):
        verdict = by_address.get(email.strip().casefold())
        if verdict is None:
            failed.append((email, why.get(email.strip().casefold()) or "no answer"))
        else:
            results.append(
                Verification(
                    email=email,
                    status=verdict.status.lower(),
                    sub_status=verdict.sub_status.lower(),
                    did_you_mean=verdict.did_you_mean or None,
                    is_free=verdict.free_email,
                )
            )
    definite = sum(1 for verdict in verdicts if verdict.status and verdict.status.lower() != "unknown")
    return VerifyAnswer(tuple(results), tuple(failed), definite)


def _is_about_key(text: str) -> bool:
    words = text.casefold()
    return "api key" in words or "api_key" in words or "out of credits" in words
