"""Opens the homepage of a visit: tries its possible URLs, and follows pages that only forward to another."""

from enricher.crawl.crawl_session import SessionOver
from enricher.crawl.errors import MovedElsewhere, NameUnknown, PageForbidden, PageRefused, SiteUnreachable
from enricher.crawl.homepages import MAX_HOPS, leads_on, places
from enricher.crawl.http.fetching import NO_VALIDATORS, Answer
from enricher.crawl.robots import RulesWithheld
from enricher.crawl.running_visit import THIN, RunningVisit
from enricher.crawl.visits import SeenPage
from enricher.pages.documents import Document
from enricher.pages.html.hops import refresh_target
from enricher.pages.urls import host_of, may_be_same_owner, origin_of

_NOT_MODIFIED = 304
_REFUSALS = frozenset({401, 403, 451})


async def open_home(visit: RunningVisit) -> Document | None:
    """Reads the homepage at the first URL that answers; records the reasons if none does."""
    reasons: list[str] = []
    unknown: set[str] = set()
    urls = list(places(visit.domain, visit.limits.schemes))
    for url in urls:
        host = host_of(url)
        if host in unknown:
            continue
        try:
            answer = await visit.session.fetch(url)
        except (PageForbidden, RulesWithheld) as error:
            _refuse(visit, error)
            reasons = [str(error)]
            break
        except SiteUnreachable as error:
            if isinstance(error, NameUnknown):
                unknown.add(host)
            reasons.append(f"{origin_of(url)}: {error}")
        except PageRefused as error:
            visit.is_elsewhere, reasons = True, [str(error)]
            visit.moved_to = error.url if isinstance(error, MovedElsewhere) else None
            break
        else:
            return await _home_of(visit, answer)
    visit.reasons += reasons if urls else [f"{visit.domain[:100]!r} is not a host name"]
    return None


def _refuse(visit: RunningVisit, error: Exception) -> None:
    visit.is_forbidden = True
    visit.outcome = "forbidden" if isinstance(error, PageForbidden) else "unreachable"


async def _home_of(visit: RunningVisit, answer: Answer) -> Document | None:
    """Reads the homepage from an answer, or from the page that it forwards to; `None` if there is none."""
    home: Document | None = None
    for hop in range(MAX_HOPS + 1):
        if answer.status == _NOT_MODIFIED and answer.url in visit.session.known:
            visit.is_unchanged = True
            return None
        if not (_is_page(visit, answer) or home is not None):
            return None
        if not (200 <= answer.status < 300 and answer.is_html):
            return home
        page = await visit.read(answer)
        if page is None:
            return home
        ways = leads_on(page, refresh_target(answer.refresh, answer.url) if answer.refresh else None)
        if hop == MAX_HOPS or not ways:
            return _begin_with(visit, page, answer, home)
        following = await _follow(visit, page, ways)
        if following is None:
            return _begin_with(visit, page, answer, home)
        if page.frames:  # a frameset has no words but its title; its frames' validators are not its own
            visit.validators = NO_VALIDATORS
            await _read_frames(visit, following)
            return page
        home, answer = home or page, following[0]
    return home


def _begin_with(visit: RunningVisit, page: Document, answer: Answer, earlier: Document | None) -> Document:
    """Puts the homepage before the pages that forwarded to it; drops those without content."""
    visit.validators = answer.validators
    others = [document for document in visit.documents if document is not page]
    said = [document for document in others if document.refresh is None and document.text]
    visit.documents[:] = [page, *(said if earlier else others)]
    return page


def _is_page(visit: RunningVisit, answer: Answer) -> bool:
    """True for a readable homepage; records other kinds of pages."""
    visit.seen.append(SeenPage(answer.url, answer.status, len(answer.content)))
    if not 200 <= answer.status < 300:
        visit.is_forbidden = answer.status in _REFUSALS
        visit.outcome = "forbidden" if visit.is_forbidden else "unreachable"
        visit.reasons.append(f"homepage answers HTTP {answer.status}")
        return False
    visit.outcome = "empty"
    visit.validators = answer.validators
    if not answer.is_html:
        visit.reasons.append(f"homepage is {answer.content_type[:60]}, not HTML")
    return answer.is_html


async def _follow(visit: RunningVisit, page: Document, ways: list[str]) -> list[Answer] | None:
    """Fetches the pages that this one forwards to, within the rules of redirects; `None` if none can be fetched."""
    found = []
    for way in ways:
        if not may_be_same_owner(host_of(way), of=host_of(page.url)):
            visit.reasons.append(f"homepage leads to {host_of(way)[:100]}, which is another site")
            if page.refresh and not visit.moved_to and len(page.text) < THIN:
                visit.is_elsewhere, visit.moved_to = True, way
            continue
        try:
            answer = await visit.ask(way)
        except PageForbidden as error:
            visit.reasons.append(str(error))
            continue
        except SessionOver as error:
            visit.reasons.append(str(error))
            visit.is_whole = False
            break
        if answer is not None:
            found.append(answer)
    return found or None


async def _read_frames(visit: RunningVisit, answers: list[Answer]) -> None:
    for answer in answers:
        visit.seen.append(SeenPage(answer.url, answer.status, len(answer.content)))
        if 200 <= answer.status < 300 and answer.is_html:
            await visit.read(answer)
