"""Resolves links, and finds the registrable domain of a host by the built-in public suffix list."""

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx2
from tldextract import TLDExtract

#: `.example` is nobody's, for ever (RFC 2606): the simulator's companies have their sites there.
_SUFFIXES = TLDExtract(
    cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True, extra_suffixes=("example",)
)
_LONGEST = 1000
#: A host name that a resolver takes (RFC 1035), or an IPv6 address.
_HOST = re.compile(rb"(?=.{1,253}$)[\w-]{1,63}(?:\.[\w-]{1,63})*|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)

#: As most links of a site to itself are: there is nothing to correct in them.
_PLAIN = re.compile(r"/(?:[a-zA-Z0-9_-]{1,100}(?:/|\.html|$))*", re.ASCII)
_PLAIN_ORIGIN = re.compile(r"(https?://(?:[a-z0-9-]{1,63}\.){1,3}[a-z]{2,24})/", re.ASCII)
_PLAIN_URL = re.compile(f"{_PLAIN_ORIGIN.pattern}{_PLAIN.pattern.removeprefix('/')}", re.ASCII)


def resolve(base: str, link: str) -> str | None:
    """Resolves a link on the page `base` to an absolute URL without fragment; `None` if it leads to no web page."""
    if len(link) > _LONGEST:
        return None
    if _PLAIN.fullmatch(link) and (origin := _PLAIN_ORIGIN.match(base)):
        return f"{origin[1]}{link}"
    if _PLAIN_URL.fullmatch(link):
        return link
    try:
        return _page(urljoin(base, link.strip()))
    except ValueError:
        return None


@lru_cache(2_000)  # a site's pages have the same menu
def _page(link: str) -> str | None:
    link = link.partition("#")[0]
    if _PLAIN_URL.fullmatch(link):
        return link
    try:
        scheme, host, path, query, _ = urlsplit(link)
        if scheme not in ("http", "https"):
            return None
        url = httpx2.URL(urlunsplit((scheme, host, path or "/", query, "")))
        if url.raw_host.endswith(b"."):  # the same name, spelled in full
            url = url.copy_with(host=url.host[:-1])
    except (httpx2.InvalidURL, ValueError):
        return None
    absolute = str(url)
    is_page = _HOST.fullmatch(url.raw_host) and not url.userinfo and url.port is None
    return absolute if is_page and len(absolute) <= _LONGEST else None


def homepage(domain: str, scheme: str) -> str | None:
    """Returns the URL of a domain's homepage; `None` if the text is not a host name. Accepts a scheme and a path."""
    host = domain.strip().split("://")[-1].split("/")[0].strip(".").lower()
    return resolve(f"{scheme}://{host}/", "/") if "." in host else None


@lru_cache(2_000)
def host_of(url: str) -> str:
    """Returns the host name of a URL from `resolve`."""
    return urlsplit(url).hostname or ""


@lru_cache(2_000)
def path_of(url: str) -> str:
    """Returns the path of a URL from `resolve`."""
    return urlsplit(url).path


@lru_cache(2_000)
def origin_of(url: str) -> str:
    """Returns scheme and host, the scope of a robots.txt."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(10_000)
def name_and_suffix(host: str) -> tuple[str, str]:
    """Splits a host: ("acme", "com.sg") for www.acme.com.sg. If the suffix is unknown, it is the last label."""
    found = _SUFFIXES.extract_str(host)
    if found.suffix or not found.subdomain:
        return found.domain, found.suffix
    return found.subdomain.rpartition(".")[2], found.domain


@lru_cache(10_000)
def site_of(host: str) -> str:
    """Returns the registrable domain, which has one owner with all its subdomains."""
    return ".".join(part for part in name_and_suffix(host) if part)


def has_known_suffix(host: str) -> bool:
    """True for names under a known suffix: `logo@2x.png` is no address at one."""
    return bool(_SUFFIXES.extract_str(host).suffix)


def may_be_same_owner(host: str, of: str) -> bool:
    """True if `host` belongs to the site `of`, or has its name under another suffix: acme.com and acme.com.sg."""
    return site_of(host) == site_of(of) or name_and_suffix(host)[0] == name_and_suffix(of)[0]
