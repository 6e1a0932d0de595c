"""Tavily: search, extract, crawl and map over the town, with its credits and its errors (432, 433).

Extracted and mapped pages are charged by the five and by the ten; what does not make up a whole five waits on the
account, so that a call may cost nothing and the next one for a single page a credit.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from simulator.vendors.accounts import Account
from simulator.vendors.exchange import Call, Charge, Reply, Why, hash_of
from simulator.vendors.web_search.page_reader import Reader
from simulator.vendors.web_search.searching import Index
from simulator.vendors.web_search.tavily_requests import Crawl, Extract, Map, Request, Search

_EXTRACTED_PER_CREDIT = 5
_MAPPED_PER_CREDIT = 10

_STATUSES: dict[Why, tuple[int, str]] = {
    "bad_key": (401, "Unauthorized: missing or invalid API key."),
    "no_credits": (432, "This request exceeds your plan's set usage limit. Please upgrade your plan."),
    "pay_as_you_go": (433, "This request exceeds the pay-as-you-go limit."),
    "forbidden": (403, "URL not supported."),
    "throttled": (429, "Your request has been blocked due to excessive requests."),
    "failed": (500, "Internal Server Error"),
    "bad_request": (400, "Invalid request."),
    "unknown": (404, "Not Found"),
}


class Tavily:
    """The vendor, with a reader and a search index of one town."""

    operations: Mapping[tuple[str, str], str] = {
        ("POST", "/search"): "search",
        ("POST", "/extract"): "extract",
        ("POST", "/crawl"): "crawl",
        ("POST", "/map"): "map",
        ("GET", "/usage"): "usage",
    }

    def __init__(self, reader: Reader, index: Index) -> None:
        self._reader = reader
        self._index = index

    def key_of(self, call: Call) -> str:
        return call.bearer()

    def refusal(self, why: Why, operation: str, detail: str = "") -> Reply:
        status, message = _STATUSES[why]
        return Reply({"detail": {"error": detail or message}}, status)

    def answer(self, operation: str, call: Call, account: Account) -> Reply:
        if operation == "usage":
            return Reply(_usage(account))
        if not account.can_pay(1):
            return self.refusal("no_credits", operation)
        try:
            if operation == "search":
                return self._search(Search.model_validate(call.content))
            if operation == "extract":
                return self._extract(Extract.model_validate(call.content), account)
            if operation == "crawl":
                return self._crawl(Crawl.model_validate(call.content), account)
            return self._map(Map.model_validate(call.content), account)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return self.refusal("bad_request", operation, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")

    def _search(self, request: Search) -> Reply:
        if request.include_domains:
            found = [page for host in request.include_domains for page in self._index.within(host, request.query)]
        else:
            found = self._index.search(request.query)
        kept = [page for page in found if not any(host in page.url for host in request.exclude_domains)]
        results = [
            {
                "title": page.title,
                "url": page.url,
                "content": page.content,
                "score": round(0.95 - 0.07 * place, 4),
                "raw_content": self._raw(page.url, request.include_raw_content != "text")
                if request.include_raw_content
                else None,
            }
            for place, page in enumerate(kept[: request.max_results])
        ]
        price = 2 if request.search_depth == "advanced" or request.auto_parameters else 1
        domains = "".join(f" site:{host}" for host in sorted(request.include_domains))
        body = {
            "query": request.query,
            "answer": f"{kept[0].title}: {kept[0].url}" if request.include_answer and kept else None,
            "images": [],
            "results": results,
        }
        return _replied(body, request, Charge(price, (request.query + domains,)))

    def _raw(self, url: str, markdown: bool) -> str | None:
        found = self._reader.site_at(url)
        return self._reader.text(*found, markdown=markdown) if found is not None else None

    def _extract(self, request: Extract, account: Account) -> Reply:
        results: list[dict[str, Any]] = []
        failed: list[dict[str, str]] = []
        for url in dict.fromkeys(request.urls):
            text = self._raw(url, request.format == "markdown")
            if text is None:
                failed.append({"url": url, "error": "Failed to fetch url"})
            else:
                results.append({"url": url, "raw_content": text, "images": [], "favicon": None})
        if not results and not any("." in url for url in request.urls):
            return Reply({"detail": {"error": "All URLs are invalid.", "failed_results": failed}}, 400)
        charge = _page_charge(account, request, [result["url"] for result in results], extracted=len(results))
        return _replied({"results": results[::-1], "failed_results": failed}, request, charge)

    def _crawl(self, request: Crawl, account: Account) -> Reply:
        pages = self._walk(request)
        if pages is None:
            return self.refusal("forbidden", "crawl")
        results = [
            {"url": url, "raw_content": text, "favicon": None}
            for url in pages
            if (text := self._raw(url, request.format == "markdown")) is not None
        ]
        charge = _page_charge(
            account, request, [str(result["url"]) for result in results], extracted=len(results), mapped=len(pages)
        )
        return _replied({"base_url": request.url, "results": results}, request, charge)

    def _map(self, request: Map, account: Account) -> Reply:
        pages = self._walk(request)
        if pages is None:
            return self.refusal("forbidden", "map")
        charge = _page_charge(account, request, pages, mapped=len(pages))
        return _replied({"base_url": request.url, "results": pages}, request, charge)

    def _walk(self, request: Map) -> list[str] | None:
        """Returns the site's pages from here within the request's limits; `None` if there is no such site."""
        found = self._reader.site_at(request.url)
        if found is None:
            return None
        site, _ = found
        pages = [f"http://{site.host}{path}" for path in self._reader.paths(site)]
        return pages[: min(request.limit, 1 + request.max_breadth * request.max_depth)]


def _page_charge(
    account: Account, request: Map | Extract, items: list[str], *, extracted: int = 0, mapped: int = 0
) -> Charge:
    """Computes credits: one per five extracted pages (two in depth) and one per ten mapped (two with instructions)."""
    depth = getattr(request, "extract_depth", "basic")
    guided = bool(getattr(request, "instructions", None))
    counted = {f"extracted {depth}": extracted, f"mapped {guided}": mapped}
    units = 0
    for name, per_credit, price in (
        (f"extracted {depth}", _EXTRACTED_PER_CREDIT, 2 if depth == "advanced" else 1),
        (f"mapped {guided}", _MAPPED_PER_CREDIT, 2 if guided else 1),
    ):
        before = account.counts[name]
        units += ((before + counted[name]) // per_credit - before // per_credit) * price
    return Charge(units, tuple(items), counted=counted)


def _replied(body: dict[str, Any], request: Request, charge: Charge) -> Reply:
    body |= {"response_time": 0.42, "request_id": hash_of(type(request).__name__, request.model_dump())}
    if request.include_usage:
        body["usage"] = {"credits": charge.units}
    return Reply(body, charge=charge)


def _usage(account: Account) -> dict[str, Any]:
    used = {f"{operation}_usage": account.used[operation] for operation in ("search", "extract", "crawl", "map")}
    return {
        "key": {"usage": account.units, "limit": account.limit, **used, "research_usage": 0},
        "account": {
            "current_plan": "Simulated", "plan_usage": account.units, "plan_limit": account.limit,
            "paygo_usage": 0, "paygo_limit": 0, **used, "research_usage": 0,
        },
    }  # fmt: skip
