"""Answers of the town's websites. Pure: equal hosts and paths get equal answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from simulator.town.layouts import CAREERS_PATHS, PAGES, PRIVATE_PATH
from simulator.town.people import Person, people_of
from simulator.town.real_pages import Trait, extra_page, origin_of, trait_of, with_trait
from simulator.town.sites import Behaviour, Robots, Site, site_of

_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_CLOSING_TAGS = ("</p>", "</div>", "</a>", "</li>", "</footer>", "</body>", "</html>")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. `sent` bytes of the body go out before the connection breaks; `None`: all.

    `chunks` go out before the body, as many as are wanted, with a pause after each; then no length is announced.
    """

    status: int
    body: bytes
    content_type: str = _TEXT
    location: str | None = None
    sent: int | None = None
    is_slow: bool = False
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: Iterable[bytes] | None = None
    pause_s: float = 0.0


class Town:
    """The websites of one seed's generated register. `real_share` of the well-behaved ones have a trait."""

    def __init__(self, seed: int, real_share: float = 0.0) -> None:
        self.seed = seed
        self._real_share = real_share
        self._site_of = lru_cache(maxsize=8192)(site_of)
        self._people_of = lru_cache(maxsize=8192)(people_of)

    def site(self, host: str) -> Site | None:
        """Returns the site at this host name, with or without `www.`; `None` if there is none."""
        return self._site_of(host.removeprefix("www."), self.seed)

    def people(self, site: Site) -> tuple[Person, ...]:
        """Returns the persons who work at a company."""
        return self._people_of(site, self.seed)

    def answer(self, host: str, path: str) -> Answer:
        """Returns the host's answer to a GET of this path; for an unknown host, a proxy's answer."""
        site = self.site(host)
        if site is None:
            return Answer(502, f"The name {host} does not resolve.\n".encode())
        if site.manner is Behaviour.TO_WWW and not host.startswith("www."):
            return _moved(301, f"http://www.{site.host}{path}")
        if path == "/robots.txt":
            return _robots(site)
        if path == "/sitemap.xml":
            return _sitemap(site)
        answer = self._with_trait_of(site, path)
        return replace(answer, is_slow=True) if site.manner is Behaviour.SLOW else answer

    def trait(self, site: Site) -> Trait | None:
        """Returns the trait of real pages that a site has."""
        return trait_of(site, self.seed, self._real_share)

    def _with_trait_of(self, site: Site, path: str) -> Answer:
        """Returns one page, with the site's trait applied."""
        trait = self.trait(site)
        if trait is None:
            return _page(site, path)
        extra = extra_page(site, path, trait, self.people(site) if trait is Trait.TEAM else ())
        if extra is not None:
            return Answer(200, extra.encode(), _HTML)
        answer = _page(site, origin_of(path, trait))
        return (
            replace(answer, body=with_trait(site, trait, answer.body.decode()).encode())
            if answer.status == 200
            else answer
        )


def paths_of(site: Site) -> list[str]:
    """Lists the site's pages without the private one."""
    return [path for path in PAGES[site.layout] if path not in CAREERS_PATHS or site.openings is not None]


def _moved(status: int, location: str) -> Answer:
    return Answer(status, f'<html><body><a href="{location}">Moved</a></body></html>'.encode(), _HTML, location)


def _robots(site: Site) -> Answer:
    match site.robots:
        case Robots.MISSING:
            return _not_found(site)
        case Robots.FAILING:
            return Answer(503, b"Service Unavailable\n")
        case Robots.CLOSED:
            rules = "User-agent: *\nDisallow: /\n"
        case Robots.PRIVATE:
            rules = "User-agent: *\nDisallow: /private\n"
        case Robots.PATIENT:
            rules = "User-agent: *\nCrawl-delay: 2\n"
        case Robots.OPEN:
            rules = "User-agent: *\nDisallow:\n"
    if site.has_sitemap:
        rules += f"Sitemap: http://{site.host}/sitemap.xml\n"
    return Answer(200, rules.encode())


def _sitemap(site: Site) -> Answer:
    if not site.has_sitemap or site.manner is Behaviour.THIN:
        return _not_found(site)
    urls = "".join(f"<url><loc>http://{site.host}{path}</loc></url>" for path in paths_of(site))
    document = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return Answer(200, document.encode(), "application/xml")


def _not_found(site: Site) -> Answer:
    return Answer(404, f"<html><title>Not found</title><p>{site.host} has no such page.</p></html>".encode(), _HTML)


def _page(site: Site, path: str) -> Answer:
    """Returns one page, with the site's faults applied."""
    match site.manner:
        case Behaviour.FAILING:
            return Answer(500, b"<html><body><h1>Internal Server Error</h1></body></html>", _HTML)
        case Behaviour.LOOP if path in ("/", "/start"):
            return _moved(302, "/start" if path == "/" else "/")
        case Behaviour.TO_HOME if path == "/":
            return _moved(302, "/home")
        case Behaviour.TO_HOME if path == "/home":
            path = "/"
        case Behaviour.THIN if path == "/":
            return Answer(
                200, f"<html><title>{escape(site.brand)}</title><body>Coming soon.</body></html>".encode(), _HTML
            )
        case Behaviour.THIN:
            return _not_found(site)
    html = _html(site, path)
    if html is None:
        return _not_found(site)
    match site.manner:
        case Behaviour.TRUNCATED:
            body = html.encode()
            return Answer(200, body, _HTML, sent=len(body) * 2 // 3)
        case Behaviour.MALFORMED:
            for tag in _CLOSING_TAGS:
                html = html.replace(tag, "")
            return Answer(200, f"<<{html}<div class='never closed".encode(), _HTML)
        case Behaviour.MISTYPED:
            return Answer(200, html.encode(), "application/octet-stream")
        case Behaviour.MISCODED:
            return Answer(200, html.encode("cp1252", "xmlcharrefreplace"), _HTML)
    return Answer(200, html.encode(), _HTML)


def _html(site: Site, path: str) -> str | None:
    if path == PRIVATE_PATH and site.robots is Robots.PRIVATE:
        return f"<html><title>Dealers only</title><p>Orders to private@{site.host}</p></html>"
    write = PAGES[site.layout].get(path)
    if write is None or (path in CAREERS_PATHS and site.openings is None):
        return None
    return write(site)
