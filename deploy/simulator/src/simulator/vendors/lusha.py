"""Lusha V3: people at the town's companies, and their e-mail addresses and phones for credits.

Whom a key has revealed once it sees again without charge. Trouble with one person is inside a 200.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from simulator.register.registry import company
from simulator.register.uen import CAPACITY
from simulator.town.people import Person
from simulator.town.sites import Site
from simulator.town.town import Town
from simulator.vendors.accounts import Account
from simulator.vendors.exchange import Call, Charge, Reply, Why, hash_of
from simulator.vendors.fault_injection import FaultInjection
from simulator.vendors.lusha_shapes import FIRST_ID, PRICES, STEP, Enrich, Prospecting, has, preview, revealed

_BLOCK = 25
_SHORT = {"ceo": "chief executive officer", "md": "managing director", "gm": "general manager", "hr": "human resources"}

_STATUSES: dict[Why, tuple[int, str]] = {
    "bad_key": (401, "Unauthorized"),
    "no_credits": (402, "Insufficient credits"),
    "pay_as_you_go": (402, "Payment required"),
    "forbidden": (403, "Account is inactive. Contact support@lusha.com"),
    "throttled": (429, "Rate limit exceeded"),
    "failed": (500, "Internal server error"),
    "bad_request": (400, "Invalid request parameters"),
    "unknown": (404, "Endpoint or resource does not exist"),
}


class Lusha:
    """The vendor over one town. Keys that begin with `waterfall` have that feature in their account."""

    operations: Mapping[tuple[str, str], str] = {
        ("POST", "/v3/contacts/prospecting"): "prospecting",
        ("POST", "/v3/contacts/enrich"): "enrich",
        ("GET", "/v3/account/usage"): "usage",
    }

    def __init__(self, town: Town, injection: FaultInjection) -> None:
        self._town = town
        self._injection = injection

    def key_of(self, call: Call) -> str:
        return call.headers.get(b"api_key", b"").decode("latin-1").strip()

    def refusal(self, why: Why, operation: str, detail: str = "") -> Reply:
        status, message = _STATUSES[why]
        errors = {"errors": [detail]} if detail else {}
        return Reply({"statusCode": status, "message": message, **errors}, status)

    def answer(self, operation: str, call: Call, account: Account) -> Reply:
        try:
            match operation:
                case "prospecting":
                    reply = self._prospect(Prospecting.model_validate(call.content), account)
                case "enrich":
                    reply = self._enrich(Enrich.model_validate(call.content), account)
                case _:
                    return Reply(_usage(account))
        except ValidationError as error:
            reasons = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            return self.refusal("bad_request", operation, reasons)
        owns_all = bool(reply.charge.free) and not reply.charge.units
        if not owns_all and not account.can_pay(max(reply.charge.units, 1)):
            return self.refusal("no_credits", operation)
        return reply

    def _prospect(self, request: Prospecting, account: Account) -> Reply:
        hosts = request.filters.companies.include.domains
        if not hosts:
            return self.refusal("bad_request", "prospecting", "The simulator needs filters.companies.include.domains.")
        found = [
            (site, person)
            for site in self._sites(hosts, request.filters.companies.exclude.domains)
            for person in self._town.people(site)
            if _fits(person, request)
        ]
        page, size = request.pagination.page, request.pagination.size
        shown = found[page * size : (page + 1) * size]
        charged = self._search_price(len(shown))
        body = {
            "requestId": hash_of("prospecting", request.model_dump()),
            "results": [preview(site, person, account) for site, person in shown],
            "pagination": {"page": page, "size": size, "total": len(found)},
            "billing": {"creditsCharged": charged, "resultsReturned": len(shown)},
        }
        return Reply(body, charge=Charge(charged, (f"{','.join(hosts)} {body['requestId']}",) if charged else ()))

    def _search_price(self, results: int) -> int:
        """Prices a number of results by the terms in force (Lusha's documents contradict each other)."""
        how = self._injection.terms["lusha"].search_price
        price = results if how == "result" else -(-results // _BLOCK)
        return max(price, 1) if how == "block_or_one" else price

    def _sites(self, hosts: list[str], unwanted: list[str]) -> Iterator[Site]:
        for host in dict.fromkeys(host.lower().removeprefix("www.") for host in hosts):
            site = self._town.site(host)
            if site is not None and host not in unwanted:
                yield site

    def _enrich(self, request: Enrich, account: Account) -> Reply:
        results, bought, free, charged = [], [], [], 0
        for each in request.ids:
            found = self._person(each)
            if found is None:
                results.append({"id": each, "error": {"code": "NOT_FOUND", "message": "Contact not found"}})
                continue
            site, person = found
            if person.is_protected:
                message = "Contact is restricted for compliance reasons"
                results.append({"id": each, "error": {"code": "COMPLIANCE_RESTRICTED", "message": message}})
                continue
            for field in dict.fromkeys(request.reveal):
                item = f"{each} {field}"
                if not has(person, field):
                    continue
                if item in account.bought or item in bought:
                    free.append(item)
                else:
                    bought.append(item)
                    charged += PRICES[field]
            results.append(revealed(each, site, person, request.reveal))
        body: dict[str, Any] = {
            "requestId": hash_of("enrich", request.model_dump()),
            "results": results,
            "billing": {"creditsCharged": charged, "resultsReturned": sum("error" not in each for each in results)},
        }
        if request.waterfallEnabled and account.key.startswith("waterfall"):
            body["job"] = {"id": body["requestId"], "status": "processing", "retryAfter": 5}
        return Reply(body, charge=Charge(charged, tuple(bought), tuple(free)))

    def _person(self, given: str) -> tuple[Site, Person] | None:
        """Finds the person with this id."""
        number, rest = divmod(int(given) - FIRST_ID, STEP) if given.isdecimal() and len(given) < 15 else (-1, 0)
        if rest or not 0 <= number < CAPACITY * 16:
            return None
        index, place = divmod(number, 16)
        owner = company(index, self._town.seed)
        host = owner.website or owner.unlisted_website
        site = self._town.site(host) if host else None
        people = self._town.people(site) if site is not None else ()
        return (site, people[place]) if site is not None and place < len(people) else None


def _fits(person: Person, request: Prospecting) -> bool:
    """Whether a person fits: all words of a title are in the person's, and the address is no private one."""
    contacts = request.filters.contacts
    title = _words(person.title)
    wanted = contacts.include.jobTitles
    if wanted and not any(_words(each) <= title for each in wanted):
        return False
    if any(_words(each) <= title for each in contacts.exclude.jobTitles):
        return False
    if "work_email" in contacts.include.existingDataPoints and (person.email is None or person.email_type != "work"):
        return False
    return not (request.options.excludeDnc and person.do_not_call)


def _words(title: str) -> set[str]:
    return {word for part in title.lower().split() for word in _SHORT.get(part, part).split()}


def _usage(account: Account) -> dict[str, Any]:
    total = account.limit if account.limit is not None else 1_000_000
    return {
        "credits": {"total": total, "used": account.units, "remaining": max(0, total - account.units)},
        "rateLimits": {"daily": None, "hourly": None, "minute": None},
        "plan": "Simulated",
        "pricing": {"revealEmail": PRICES["emails"], "revealPhone": PRICES["phones"], "apiSearch": 1},
    }
