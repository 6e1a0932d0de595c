"""Which pages of a site are worth reading besides the homepage: those that say who is there and how to reach them."""

import re
from collections.abc import Iterable
from enum import IntEnum

from enricher.documents import Link
from enricher.urls import host_of, path_of, site_of


class Kind(IntEnum):
    """What a page is about, the most telling first."""

    CONTACT = 0
    ABOUT = 1
    TEAM = 2
    CAREERS = 3
    PRODUCTS = 4
    CUSTOMERS = 5
    PRICING = 6


_STEMS: dict[Kind, tuple[str, ...]] = {
    Kind.CONTACT: ("contact", "touch", "enquir", "inquir", "hubungi", "impressum"),
    Kind.ABOUT: ("about", "company", "profile", "who", "tentang"),
    Kind.TEAM: ("team", "people", "management", "leadership", "staff", "director"),
    Kind.CAREERS: ("career", "job", "vacanc", "hiring", "recruit", "join"),
    Kind.PRODUCTS: ("product", "service", "solution", "catalogue", "catalog"),
    Kind.CUSTOMERS: ("customer", "client", "project", "portfolio", "testimonial"),
    Kind.PRICING: ("pricing", "price"),
}
_WORD = re.compile(r"[a-z]+")
_MAX_WORDS = 4  # "About our people" names a page, "How we think about tyres" an article
_NO_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|svg|webp|ico|mp[34]|avi|mov|css|js|xml|json|txt)$"
)


def kind_of(link: Link) -> Kind | None:
    """What a link's path, or else its words, promise; None where nothing of interest."""
    path = path_of(link.url).lower()
    words = _WORD.findall(link.words.lower())
    for said in (_WORD.findall(path), words if len(words) <= _MAX_WORDS else []):
        for kind, stems in _STEMS.items():
            if any(word.startswith(stems) for word in said):
                return kind
    return None


def key_pages(home: str, links: Iterable[Link]) -> list[str]:
    """The site's own telling pages, best first: one of each kind, then the second ones. Same links, same order."""
    site = site_of(host_of(home))
    kinds: dict[Kind, set[str]] = {}
    for link in links:
        path = path_of(link.url).lower()
        if path == "/" or _NO_PAGE.search(path) or site_of(host_of(link.url)) != site:
            continue
        kind = kind_of(link)
        if kind is not None:
            kinds.setdefault(kind, set()).add(link.url)
    ranked = [
        (nth, kind, url)
        for kind, urls in kinds.items()
        for nth, url in enumerate(sorted(urls, key=lambda url: (url.count("/"), len(url), url)))
    ]
    return list(dict.fromkeys(url for _, _, url in sorted(ranked) if url != home))
