"""ZeroBounce v2: verdicts on addresses, one credit for each except unknown ones. A bad key is reported with HTTP 200.

Answers of a batch come in another order and in lower case, as nothing promises more. When credits run out in the middle
of a batch, the rest of it is in `errors`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from simulator.town.town import Town
from simulator.vendors.accounts import Account
from simulator.vendors.exchange import Call, Charge, Reply, Why
from simulator.vendors.mailboxes import FREE_DOMAINS, SANDBOX, Verdict, verdict_on

MOST_IN_A_BATCH = 100

_STATUSES: dict[Why, tuple[int, str]] = {
    "forbidden": (403, "Forbidden"),
    "throttled": (429, "Too many requests"),
    "failed": (500, "Internal server error"),
    "bad_request": (400, "Bad request"),
    "unknown": (404, "Not found"),
}


class _One(BaseModel):
    email: str = Field(min_length=1)
    timeout: int = Field(default=30, ge=3, le=60)


class _Item(BaseModel):
    email_address: str
    ip_address: str | None = None


class _Batch(BaseModel):
    email_batch: list[_Item] = Field(min_length=1, max_length=MOST_IN_A_BATCH)
    timeout: int = Field(default=120, ge=10, le=120)


class ZeroBounce:
    """The vendor over one town."""

    operations: Mapping[tuple[str, str], str] = {
        ("GET", "/v2/validate"): "validate",
        ("POST", "/v2/validatebatch"): "validatebatch",
        ("GET", "/v2/getcredits"): "getcredits",
    }

    def __init__(self, town: Town) -> None:
        self._town = town

    def key_of(self, call: Call) -> str:
        return call.query.get("api_key", "") if call.method == "GET" else str(call.content.get("api_key", ""))

    def refusal(self, why: Why, operation: str, detail: str = "") -> Reply:
        if why in _STATUSES:
            status, message = _STATUSES[why]
            return Reply({"error": detail or message}, status)
        if operation == "getcredits":
            return Reply({"Credits": "-1" if why == "bad_key" else "0"})
        if operation == "validatebatch":
            return Reply({"email_batch": [], "errors": [{"error": _no_credits("API Key"), "email_address": "all"}]})
        return Reply({"error": _no_credits("API key")})

    def answer(self, operation: str, call: Call, account: Account) -> Reply:
        try:
            if operation == "validate":
                return self._validate(_One.model_validate(call.query), account)
            if operation == "validatebatch":
                return self._batch(_Batch.model_validate(call.content), account)
        except ValidationError as error:
            first = error.errors()[0]
            return self.refusal("bad_request", operation, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        return Reply({"Credits": str(1_000_000 if account.left is None else account.left)})

    def _validate(self, request: _One, account: Account) -> Reply:
        verdict = verdict_on(request.email, self._town)
        is_free = verdict.status == "unknown" or request.email.lower().endswith(f"@{SANDBOX}")
        if not is_free and not account.can_pay(1):
            return self.refusal("no_credits", "validate")
        item = request.email.strip().lower()
        charge = Charge(0, free=(item,)) if is_free else Charge(1, (item,))
        return Reply(_result(request.email, verdict), charge=charge)

    def _batch(self, request: _Batch, account: Account) -> Reply:
        results: list[dict[str, Any]] = []
        errors: list[dict[str, str]] = []
        bought: list[str] = []
        free: list[str] = []
        for each in request.email_batch:
            address = each.email_address.strip().lower()
            if not address:
                errors.append({"error": "Invalid email address", "email_address": each.email_address})
                continue
            verdict = verdict_on(address, self._town)
            if verdict.status == "unknown":
                free.append(address)
            elif account.can_pay(len(bought) + 1):
                bought.append(address)
            else:
                errors.append({"error": _no_credits("API Key"), "email_address": each.email_address})
                continue
            results.append(_result(address, verdict))
        if errors and not results and not account.can_pay(1):
            return self.refusal("no_credits", "validatebatch")
        charge = Charge(len(bought), tuple(bought), tuple(free))
        return Reply({"email_batch": results[::-1], "errors": errors}, charge=charge)


def _no_credits(key: str) -> str:
    return f"Invalid {key} or your account ran out of credits"


def _result(address: str, verdict: Verdict) -> dict[str, Any]:
    """Formats a verdict in the vendor's style, with some booleans as text."""
    local, _, domain = address.rpartition("@")
    reachable = verdict.sub_status not in ("no_dns_entries", "failed_syntax_check")
    return {
        "address": address,
        "status": verdict.status,
        "sub_status": verdict.sub_status,
        "free_email": domain in FREE_DOMAINS or address.startswith("free_email@"),
        "did_you_mean": verdict.did_you_mean,
        "account": local or None,
        "domain": domain or None,
        "domain_age_days": "4711" if reachable else None,
        "smtp_provider": "google" if domain == "gmail.com" else None,
        "mx_found": "true" if reachable else "false",
        "mx_record": f"mx.{domain}" if reachable else None,
        "catchall_domain": None,
        "firstname": None,
        "lastname": None,
        "gender": None,
        "country": None,
        "region": None,
        "city": None,
        "zipcode": None,
        "processed_at": "2026-11-22 03:14:15.926",
    }
