"""Finds a homepage as a browser does: under the bare name and `www`, https and http, and behind forwarding pages."""

import re
from collections.abc import Iterator, Sequence

from enricher.crawl.visits import Scheme
from enricher.pages.documents import Document, Link
from enricher.pages.kinds import kind_of
from enricher.pages.urls import homepage, host_of, may_be_same_owner, path_of, site_of

#: Pages that only lead on, one behind another.
MAX_HOPS = 3
_MAX_FRAMES = 3
#: A page with more text than this says something itself.
_FEW = 300
_MAX_CHOICES = 8

_ENGLISH = re.compile(r"\b(?:english|eng|en)\b", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"\b(?:english|eng|en|chinese|mandarin|zh|cn|tw|malay|bahasa(?: melayu| malaysia| indonesia)?|ms|my|tamil|ta"
    r"|japanese"
    r"|ja|jp|korean|ko|kr|deutsch|de|fran[cç]ais|fr|thai|th|vn|vi|id|sg|singapore)\b|中文|简体|繁體|繁体|日本語"
    r"|한국어|தமிழ்|ไทย",
    re.IGNORECASE,
)
_ENTER = re.compile(
    r"\b(?:enter|skip(?: intro)?|home(?: ?page)?|main|index|continue|proceed|click here)\b|进入|進入", re.IGNORECASE
)


def places(domain: str, schemes: Sequence[Scheme]) -> Iterator[str]:
    """Lists the possible URLs of a domain's homepage: its own name first, then the one with or without `www`."""
    bare = domain.strip().split("://")[-1].split("/")[0].strip(".").lower()
    names = [bare]
    if bare.startswith("www."):
        names.append(bare.removeprefix("www."))
    elif bare == site_of(bare):
        names.append(f"www.{bare}")
    for name in names:
        for scheme in schemes:
            if url := homepage(name, scheme):
                yield url


def leads_on(page: Document, refresh: str | None) -> list[str]:
    """Lists the pages that this one forwards to: by a refresh, frames, or a link past a splash or language page."""
    if target := refresh or page.refresh:
        return [target]
    if page.frames:
        return list(page.frames[:_MAX_FRAMES])
    way = _past_splash(page)
    return [way] if way else []


def _past_splash(page: Document) -> str | None:
    """Finds the link past a page that only welcomes, or asks for a language: in English, if there is a choice."""
    if len(page.text) > _FEW or page.addresses or "@" in page.text:
        return None
    links = [link for link in page.links if _is_inner(link, page)]
    targets = list(dict.fromkeys(link.url for link in links))
    if not targets or len(targets) > _MAX_CHOICES or any(kind_of(link) is not None for link in links):
        return None
    if len(targets) == 1:
        is_way = len(page.text) < _FEW // 3 or _ENTER.search(links[0].words)
        return targets[0] if is_way else None
    if all(_LANGUAGE.search(_said(link)) for link in links):
        return next((link.url for link in links if _ENGLISH.search(_said(link))), targets[0])
    return (
        next((link.url for link in links if _ENTER.fullmatch(link.words.strip())), None) if len(targets) <= 2 else None
    )


def _is_inner(link: Link, page: Document) -> bool:
    """True for a link to another page of the same owner."""
    return link.url.rstrip("/") != page.url.rstrip("/") and may_be_same_owner(host_of(link.url), of=host_of(page.url))


def _said(link: Link) -> str:
    return f"{link.words} {host_of(link.url).partition('.')[0]} {path_of(link.url)}".replace("/", " ").replace("_", " ")
