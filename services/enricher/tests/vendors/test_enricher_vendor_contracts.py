"""The vendors' adapters against the simulator, over real connections: what one asks the other answers, at its price."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, Field

from enricher.vendors.errors import AccountRefused, Failed, Rejected, Throttled, VendorError
from enricher.vendors.http import connect
from enricher.vendors.language_model import LanguageModel, connect_model
from enricher.vendors.lusha import Lusha, Person
from enricher.vendors.tavily import Tavily
from enricher.vendors.zerobounce import ZeroBounce
from simulator.register.registry import company
from simulator.running import running
from simulator.settings import Settings

SEED = 65
TIMEOUT_S = 5


class Facts(BaseModel):
    """The facts that the model is asked for."""

    summary: str | None
    employees: int | None = Field(ge=0)


class Simulated:
    """The simulator's address, with what can be injected and read there."""

    def __init__(self, url: str, transport: httpx2.AsyncBaseTransport, openai: AsyncOpenAI) -> None:
        self.url = url
        self.http = httpx2.AsyncClient(transport=transport)
        self.transport = transport
        self._openai = openai

    async def inject_fault(self, vendor: str, **fault: Any) -> None:
        answer = await self.http.post(f"{self.url}/_simulator/vendors/{vendor}/faults", json=fault)
        assert answer.status_code < 300, answer.text

    async def charged(self, vendor: str) -> int:
        answer = await self.http.get(f"{self.url}/_simulator/charges", params={"vendor": vendor})
        return int(answer.json()["units"])

    def tavily(self) -> Tavily:
        return Tavily(self.transport, "k", f"{self.url}/tavily")

    def lusha(self, key: str = "k") -> Lusha:
        return Lusha(self.transport, key, f"{self.url}/lusha")

    def zerobounce(self) -> ZeroBounce:
        return ZeroBounce(self.transport, "k", f"{self.url}/zerobounce")

    def model(self) -> LanguageModel:
        return LanguageModel(self._openai, "simulated", timeout_s=TIMEOUT_S)

    async def calls(self, vendor: str) -> int:
        """One call of the vendor's, whichever; its units."""
        match vendor:
            case "tavily":
                return (await self.tavily().search("valves")).credits
            case "lusha":
                return (await self.lusha().prospect("acme.example", [], size=10)).credits
            case "zerobounce":
                return (await self.zerobounce().verify(["valid@example.com"])).credits
            case _:
                return (await self.model().ask("Say.", "We are a company.", Facts, max_tokens=200)).tokens


VENDORS = ["tavily", "lusha", "zerobounce", "openai"]


@pytest.fixture(scope="module")
async def town() -> AsyncIterator[Simulated]:
    async with (
        running(Settings(seed=SEED, companies=500)) as url,
        connect() as transport,
        connect_model("k", f"{url}/openai/v1") as openai,
    ):
        yield Simulated(url, transport, openai)


@pytest.fixture
async def simulated(town: Simulated) -> Simulated:
    await town.http.post(f"{town.url}/_simulator/reset")
    return town


def hosts() -> list[str]:
    return [host for index in range(200) if (host := company(index, SEED).website)]


async def someone(simulated: Simulated) -> tuple[str, list[Person]]:
    """A company whose people Lusha knows."""
    for host in hosts():
        answer = await simulated.lusha("looking").prospect(host, [], size=10)
        if len(answer.people) > 1:
            return host, list(answer.people)
    raise AssertionError("Lusha knows nobody")


async def test_pages_are_found_and_read(simulated: Simulated) -> None:
    """A search within a site, and an extract of what it found; each at the price that was booked."""
    tavily = simulated.tavily()
    found = None
    for host in hosts():
        found = await tavily.search("about", include_domains=[host], max_results=3)
        if found.results:
            break
    assert found
    assert found.results
    urls = [result.url for result in found.results]

    before = await simulated.charged("tavily")
    extracted = await tavily.extract([*urls, "http://nobody.example/"])

    assert {page.url for page in extracted.pages} <= set(urls)
    assert extracted.pages
    assert any(url == "http://nobody.example/" for url, _ in extracted.failed)
    assert all(page.text for page in extracted.pages)
    assert found.credits == 1
    assert await simulated.charged("tavily") - before == extracted.credits


async def test_people_are_found_and_revealed(simulated: Simulated) -> None:
    """With work addresses only; a second reveal of the same costs nothing."""
    _, people = await someone(simulated)
    ids = [person.vendor_id for person in people]
    assert all(person.has_email and person.title for person in people)

    first = await simulated.lusha().reveal([*ids, "nobody"])
    again = await simulated.lusha().reveal(ids)

    assert len(first.contacts) + len(first.failed) == len(ids) + 1
    assert ("nobody", "NOT_FOUND") in first.failed
    assert all(contact.emails and contact.full_name and contact.updated_on for contact in first.contacts)
    assert {kind for contact in first.contacts for _, kind, _ in contact.emails} <= {"work", "unknown"}
    assert first.credits == len(first.contacts) > 0
    assert again.credits == 0


async def test_addresses_are_verified(simulated: Simulated) -> None:
    """In any order and case; an unknown costs nothing."""
    emails = ["Role_Based@example.com", "catch_all@example.com", "greylisted@example.com", "a@gamil.com"]

    answer = await simulated.zerobounce().verify(emails)

    assert [(result.email, result.status, result.sub_status) for result in answer.results] == [
        ("Role_Based@example.com", "do_not_mail", "role_based"),
        ("catch_all@example.com", "catch-all", ""),
        ("greylisted@example.com", "unknown", "greylisted"),
        ("a@gamil.com", "invalid", "possible_typo"),
    ]
    assert answer.results[3].did_you_mean == "a@gmail.com"
    assert answer.credits == await simulated.charged("zerobounce") == 3


async def test_a_model_answers_by_the_schema(simulated: Simulated) -> None:
    """A model answers by the schema: what it read, and as many tokens as were booked."""
    text = "Acme Valves is a Singapore company in industrial valves. We have 40 employees."

    answer = await simulated.model().ask("Say what is there.", text, Facts, max_tokens=300)

    assert answer.problem is None
    assert answer.parsed
    assert answer.parsed.employees == 40
    assert answer.tokens == await simulated.charged("openai")


@pytest.mark.parametrize(
    ("manner", "problem"),
    [
        ("fenced", None),
        ("chatty", None),
        ("no_usage", None),
        ("invalid_json", "no JSON"),
        ("wrong_types", "does not fit"),
        ("refusal", "refused"),
        ("content_filter", "filtered"),
        ("empty", "empty"),
        ("no_choices", "empty"),
        ("null_choices", "empty"),
    ],
)
async def test_a_model_in_any_mood_is_paid_for(simulated: Simulated, manner: str, problem: str | None) -> None:
    """The tokens of every answer are known; what cannot be used has a name."""
    await simulated.inject_fault("openai", kind="model", manner=manner)

    answer = await simulated.model().ask("Say.", "Acme is a company. We have 40 employees.", Facts, max_tokens=300)

    assert (answer.problem or "").startswith(problem or "")
    assert (answer.parsed is None) == (problem is not None)
    assert answer.tokens > 0
    assert manner == "no_usage" or answer.tokens == await simulated.charged("openai")


async def test_an_answer_that_was_cut_off_is_paid_for(simulated: Simulated) -> None:
    """Three tokens are no object."""
    answer = await simulated.model().ask("Say.", "Acme is a company. We have 40 employees.", Facts, max_tokens=3)

    assert answer.problem == "cut off"
    assert answer.tokens == await simulated.charged("openai")


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "refuse", "why": "bad_key"}, AccountRefused),
        ({"kind": "refuse", "why": "no_credits"}, AccountRefused),
        ({"kind": "refuse", "why": "forbidden"}, AccountRefused),
        ({"kind": "refuse", "why": "throttled"}, Throttled),
        ({"kind": "refuse", "why": "bad_request"}, Rejected),
        ({"kind": "fail", "status": 404}, Rejected),
        ({"kind": "fail", "status": 503}, Failed),
        ({"kind": "fail", "status": 429, "retry_after_s": 3}, Throttled),
        ({"kind": "drop"}, Failed),
        ({"kind": "truncated"}, Failed),
        ({"kind": "malformed"}, Failed),
        ({"kind": "html"}, Failed),
    ],
)
async def test_trouble_is_distinguished(
    simulated: Simulated, vendor: str, fault: dict[str, Any], kind: type[VendorError]
) -> None:
    """Each vendor's own way to fail comes out as what to do about it; the next call is as good as ever."""
    await simulated.inject_fault(vendor, **fault)

    with pytest.raises(VendorError) as caught:
        await simulated.calls(vendor)

    assert type(caught.value) is kind
    assert caught.value.vendor == vendor
    if isinstance(caught.value, Throttled) and fault["kind"] == "fail":
        assert caught.value.retry_after
        assert caught.value.retry_after.total_seconds() == 3
    if isinstance(caught.value, Failed):
        assert caught.value.may_be_charged
    assert await simulated.calls(vendor) == await simulated.charged(vendor)
