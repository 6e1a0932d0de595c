"""Search results that are not the company's own site: registers, social networks, marketplaces, directories."""

import re
from typing import NamedTuple

from simulator.register.registry import RegistryCompany

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")


class Found(NamedTuple):
    """One result, before its position determines its score."""

    title: str
    url: str
    content: str


#: In the order in which they are likely to turn up.
DECOYS = (
    Found(
        "{name} - UEN, address, officers",
        "https://recordowl.com/company/{slug}",
        "{name} was incorporated on {date}. UEN {uen}. Address: {address}.",
    ),
    Found(
        "{brand} | LinkedIn",
        "https://www.linkedin.com/company/{slug}",
        "{brand} | {followers} followers on LinkedIn. In business since {year}.",
    ),
    Found(
        "{name} ({uen}) - Singapore Company",
        "https://www.sgpbusiness.com/company/{slug}",
        "{name} ({uen}) is a company in Singapore, {address}.",
    ),
    Found(
        "{brand} - Home | Facebook",
        "https://www.facebook.com/{slug}",
        "{brand}, Singapore. {followers} likes. In business since {year}.",
    ),
    Found(
        "{brand} Store, Online Shop",
        "https://shopee.sg/{slug}",
        "Shop online with {brand} now! Visit {brand} on Shopee.",
    ),
    Found(
        "{brand} in Singapore | Yellow Pages",
        "https://www.yellowpages.com.sg/category/{slug}",
        "Find {brand}: phone, map and reviews.",
    ),
)


def filled(page: Found, owner: RegistryCompany) -> Found:
    """Returns the page with this company's data."""
    known = {
        "name": owner.name,
        "brand": owner.name.title(),
        "slug": _NOT_IN_SLUGS.sub("-", owner.name.lower().replace("&", "and")).strip("-"),
        "uen": owner.uen,
        "address": owner.address,
        "date": owner.registered_on,
        "year": owner.registered_on[:4],
        "followers": owner.index * 7 % 900 + 20,
    }
    return Found(*(text.format_map(known) for text in page))


def results_without_match(query: str) -> list[Found]:
    """Returns results for a query that matches nothing."""
    return [
        Found(
            "Business directory of Singapore",
            "https://www.yellowpages.com.sg/",
            f"Looking for {query[:80]}? Browse by category.",
        ),
        Found(
            "Singapore companies by name",
            "https://www.sgpbusiness.com/",
            "Search all business entities by name or UEN.",
        ),
    ]
