"""Values exchanged between the dispatcher and a vendor: call, reply, charge, and reason of a refusal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

from simulator.vendors.accounts import Account

VendorName = Literal["tavily", "lusha", "zerobounce", "openai"]
VENDORS: tuple[VendorName, ...] = ("tavily", "lusha", "zerobounce", "openai")

Why = Literal["bad_key", "no_credits", "pay_as_you_go", "forbidden", "throttled", "failed", "bad_request", "unknown"]
#: Keys that are known to every vendor, and get what their name says. Every other one that is not blank is a good key.
SPECIAL_KEYS: dict[str, Why] = {
    "invalid": "bad_key",
    "no-credits": "no_credits",
    "pay-as-you-go": "pay_as_you_go",
    "forbidden": "forbidden",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request in the form for vendors. `content` is the JSON body's object, empty if there is none.

    `problem` says what is wrong with the body, if anything.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    content: Mapping[str, Any]
    problem: str | None

    @classmethod
    def of(cls, method: str, path: str, query: bytes, headers: Mapping[bytes, bytes], body: bytes) -> "Call":
        """Builds the call from these parts of a request."""
        content: Any = {}
        problem = None
        if body or method == "POST":
            try:
                content = json.loads(body)
            except ValueError as error:
                problem = f"The body is not JSON: {error}"
            if not isinstance(content, dict):
                content, problem = {}, "The body has to be a JSON object."
        return cls(method, path, dict(parse_qsl(query.decode("latin-1"))), headers, content, problem)

    def bearer(self) -> str:
        """The key in the Authorization header; blank if there is none."""
        scheme, _, key = self.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge of a reply: the total units, and the paid and free items by their identity.

    `counted` are running counts of the account that the charge adds to.
    """

    units: int
    items: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to book: nothing was paid for, and nothing was free."""
        return not (self.units or self.items or self.free)


@dataclass(frozen=True, slots=True)
class Reply:
    """A vendor's reply. `content` is sent as JSON."""

    content: Any
    status: int = 200
    charge: Charge = Charge(0)
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Vendor(Protocol):
    """One vendor. Pure apart from the account, which it only reads: the dispatcher books the charges."""

    operations: Mapping[tuple[str, str], str]

    def key_of(self, call: Call) -> str:
        """Returns the call's key; blank if it has none."""

    def refusal(self, why: Why, operation: str, detail: str = "") -> Reply:
        """Builds the vendor's refusal. `detail` replaces the standard message."""

    def answer(self, operation: str, call: Call, account: Account) -> Reply:
        """Builds the reply to a call with a valid key."""


def hash_of(*parts: object) -> str:
    """Hashes a request: equal parts give equal hashes."""
    return blake2b(json.dumps(parts, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()
