"""Dispatches calls to vendors: applies injected faults, books charges, and sends the reply.

The order: too many calls, an injected fault, the key, then the vendor. A charge is booked before the answer is waited
for, as a vendor's work is done whether or not someone still listens.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

from simulator.connection import Connection
from simulator.settings import Settings
from simulator.town.town import Answer, Town
from simulator.vendors.accounts import Account
from simulator.vendors.charges import Charges, Entry
from simulator.vendors.exchange import SPECIAL_KEYS, Call, Reply, Vendor, VendorName
from simulator.vendors.fault_injection import FaultInjection, VendorFault
from simulator.vendors.language_model.openai import OpenAI
from simulator.vendors.lusha import Lusha
from simulator.vendors.web_search.page_reader import Reader
from simulator.vendors.web_search.searching import Index
from simulator.vendors.web_search.tavily import Tavily
from simulator.vendors.zerobounce import ZeroBounce

_JSON = "application/json"
_PAGE = Answer(200, b"<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>", "text/html")


@dataclass(slots=True)
class Traffic:
    """A vendor's calls: by operation and status (0: none was sent), in progress, and the maximum at once."""

    calls: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    most_in_flight: int = 0


class Dispatcher:
    """All vendors, with their accounts, injected faults and charges."""

    def __init__(self, town: Town, settings: Settings) -> None:
        self.injection = FaultInjection(settings)
        self.charges = Charges()
        reader = Reader(town)
        self._index = Index(reader, settings.companies)
        self.vendors: dict[VendorName, Vendor] = {
            "tavily": Tavily(reader, self._index),
            "lusha": Lusha(town, self.injection),
            "zerobounce": ZeroBounce(town),
            "openai": OpenAI(),
        }
        self.accounts: dict[tuple[VendorName, str], Account] = {}
        self.traffic: dict[VendorName, Traffic] = {name: Traffic() for name in self.vendors}
        self._prefixes: dict[str, tuple[VendorName, str]] = {name: (name, f"/{name}") for name in self.vendors}

    def serves(self, path: str) -> bool:
        """Whether the path belongs to a vendor: /tavily/…, /lusha/…, /zerobounce/…, /openai/…"""
        return path[1:].partition("/")[0] in self._prefixes

    def reset(self) -> None:
        """Resets accounts, charges, faults and terms."""
        self.injection.reset()
        self.charges.clear()
        self.accounts.clear()
        for traffic in self.traffic.values():
            traffic.calls.clear()
            traffic.most_in_flight = traffic.in_flight

    async def serve(self, path: str, connection: Connection) -> None:
        """Serves one call, from its first byte to its last."""
        name, prefix = self._prefixes[path[1:].partition("/")[0]]
        traffic = self.traffic[name]
        traffic.in_flight += 1
        traffic.most_in_flight = max(traffic.most_in_flight, traffic.in_flight)
        try:
            scope = connection.scope
            body = await connection.body()
            call = Call.of(
                scope["method"], path.removeprefix(prefix), scope["query_string"], dict(scope["headers"]), body
            )
            operation, status = await self._attend(name, call, connection)
            traffic.calls[f"{operation} {status}"] += 1
        finally:
            traffic.in_flight -= 1

    async def _attend(self, name: VendorName, call: Call, connection: Connection) -> tuple[str, int]:
        """Serves the call; returns its operation and the status that was sent."""
        vendor = self.vendors[name]
        operation = vendor.operations.get((call.method, call.path))
        if operation is None:
            await self._send(name, vendor.refusal("unknown", ""), connection)
            return "unknown", 404
        if operation == "search" and not self._index.is_ready:
            await self._index.prepare()
        key = vendor.key_of(call)
        account = self._account(name, key)
        terms = self.injection.terms[name]
        if terms.per_minute is not None:
            wait_s = account.admit(terms.per_minute, monotonic(), terms.penalty_s)
            if wait_s:
                reply = _later(vendor.refusal("throttled", operation), wait_s if terms.retry_after else None)
                await self._send(name, reply, connection)
                return operation, reply.status
        fault = self.injection.take(name, operation, key)
        reply = self._reply(vendor, operation, call, account, fault)
        entry = self._book(name, operation, account, reply, fault)
        if fault is not None and fault.withholds_answer:
            return operation, await self._apply_fault(name, vendor, operation, reply, fault, connection)
        await self._send(
            name, reply, connection, fault.delay_ms if fault is not None and fault.kind == "slow" else 0, entry
        )
        return operation, reply.status

    def _account(self, name: VendorName, key: str) -> Account:
        account = self.accounts.get((name, key))
        if account is None:
            account = self.accounts[name, key] = Account(key)
        account.limit = self.injection.terms[name].credits
        return account

    def _reply(self, vendor: Vendor, operation: str, call: Call, account: Account, fault: VendorFault | None) -> Reply:
        """Returns the vendor's reply; a `model` fault is applied by the model itself."""
        why = SPECIAL_KEYS.get(account.key) if account.key.strip() else "bad_key"
        if why is not None:
            return vendor.refusal(why, operation)
        if call.problem is not None:
            return vendor.refusal("bad_request", operation, call.problem)
        if fault is not None and fault.manner is not None and isinstance(vendor, OpenAI):
            return vendor.answer(operation, call, account, fault.manner)
        return vendor.answer(operation, call, account)

    def _book(
        self, name: VendorName, operation: str, account: Account, reply: Reply, fault: VendorFault | None
    ) -> Entry | None:
        """Books the charge, unless there is none or a fault waives it."""
        charge = reply.charge
        if charge.is_nothing or (fault is not None and fault.withholds_answer and not fault.charged):
            return None
        account.book(operation, charge.units, charge.items, Counter(charge.counted))
        kind = fault.kind if fault is not None else None
        return self.charges.book(name, account.key, operation, charge.units, charge.items, charge.free, kind)

    async def _apply_fault(
        self,
        name: VendorName,
        vendor: Vendor,
        operation: str,
        reply: Reply,
        fault: VendorFault,
        connection: Connection,
    ) -> int:
        """Applies the fault in place of the reply; returns the status that was sent."""
        if fault.kind == "hang":
            await connection.hang()
            if not connection.is_gone():  # the simulator closes
                await connection.reply(Answer(504, b"This failure was injected.\n"))
            return 0
        await self._wait(name, 0, connection)
        if fault.kind == "drop":
            await connection.break_off()
            return 0
        if fault.kind == "fail":
            refusal = vendor.refusal("throttled" if fault.status == 429 else "failed", operation)
            reply = _later(Reply(refusal.content, fault.status, headers=refusal.headers), fault.retry_after_s)
        elif fault.kind == "refuse":
            reply = _later(vendor.refusal(fault.why, operation), fault.retry_after_s)
        body = json.dumps(reply.content).encode()
        answer = Answer(reply.status, body, _JSON, headers=reply.headers)
        if fault.kind == "truncated":
            answer = Answer(200, body, _JSON, sent=len(body) // 2)
        elif fault.kind == "malformed":
            answer = Answer(200, body[: len(body) // 2], _JSON)
        elif fault.kind == "html":
            answer = _PAGE
        await connection.reply(answer)
        return answer.status

    async def _send(
        self, name: VendorName, reply: Reply, connection: Connection, more_ms: float = 0, entry: Entry | None = None
    ) -> None:
        await self._wait(name, more_ms, connection)
        if entry is not None:
            entry.answered = not connection.is_gone()
        await connection.reply(Answer(reply.status, json.dumps(reply.content).encode(), _JSON, headers=reply.headers))

    async def _wait(self, name: VendorName, more_ms: float, connection: Connection) -> None:
        wait_ms = self.injection.delay_ms(name) + more_ms
        if wait_ms:
            await connection.pause(wait_ms / 1000)


def _later(reply: Reply, wait_s: float | None) -> Reply:
    """Returns a reply with Retry-After in whole seconds, if one is set."""
    if wait_s is None:
        return reply
    header = (b"retry-after", b"%d" % -(-wait_s // 1))
    return Reply(reply.content, reply.status, reply.charge, (*reply.headers, header))
