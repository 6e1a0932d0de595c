"""Finds e-mail addresses on a page: in links, in text, spelled out in words, or hidden by Cloudflare."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from enricher.pages.documents import Document
from enricher.pages.json_ld import organisations, values
from enricher.pages.urls import has_known_suffix, site_of

_MAX_CANDIDATES = 500
_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+'-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_AT = re.compile(r"\s?(?:[\[({<]\s?(?:at|@|ät|a)\s?[\])}>]|_at_|\(_at_\)|＠|﹫)\s?", re.IGNORECASE)
_DOT = re.compile(r"\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?", re.IGNORECASE)
#: A quick test for either: most pages have neither.
_MAY_BE_SPELLED = re.compile(r"[\[({<_]\s?(?:[@.aä]|dot)|[＠﹫]", re.IGNORECASE)
#: "sales at acme dot com dot sg": without "dot", "at" is a preposition.
_IN_WORDS = re.compile(
    r"(?<![\w.+-])([\w.+-]{1,64}) at (?!the dot |a dot )((?:[a-z0-9-]{1,63} dot ){1,4}[a-z]{2,24})(?![\w-])",
    re.IGNORECASE,
)
_DOT_IN_WORDS = re.compile(" dot ", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]+")

_ROLE_NAMES = """
    account accounts admin administration billing booking bookings business career careers contact contactus cs customer
    customercare customerservice dpo enquiries enquiry export feedback finance general hello help helpdesk hi hr info
    information inquiries inquiry invoice it job jobs legal mail marketing media office operations order orders pdpa pr
    press privacy procurement purchasing quotation quotations quote reception recruit recruitment sales secretary
    security service services shop store support team tech webmaster
"""
_ROLES = frozenset(_ROLE_NAMES.split())
#: Local parts that nobody reads.
_NOBODY = frozenset({"abuse", "donotreply", "do-not-reply", "mailer-daemon", "noreply", "no-reply", "postmaster"})
_MADE_UP = frozenset(
    {"example.com", "example.net", "example.org", "domain.com", "email.com", "yourdomain.com", "company.com"}
)
_NOT_THEIRS = ("sentry.io", "wixpress.com", "sentry-next.wixpress.com", "schema.org", "w3.org", ".example")


def find_emails(page: Document, site: str) -> list[str]:
    """Finds the valid addresses of a page, in lower case, sorted. `site` is its registrable domain, always accepted."""
    return sorted(
        {address for text in islice(_candidates(page), _MAX_CANDIDATES) if (address := normalise_email(text, site))}
    )


def is_role(address: str) -> bool:
    """True for an address of a role instead of a person: info@, sales.sg@, hr2@."""
    local = address.partition("@")[0]
    words = _WORDS.findall(local)
    return "".join(words) in _ROLES or (bool(words) and words[0] in _ROLES)


def _candidates(page: Document) -> Iterator[str]:
    for target in page.addresses:
        if target.lower().startswith("mailto:"):
            yield from unquote(target[7:].partition("?")[0]).split(",")[:5]
    yield from map(_unscramble, page.protected)
    yield from (text.removeprefix("mailto:") for text in values(organisations(page.data), "email"))
    spelled = _DOT.sub(".", _AT.sub("@", page.text)) if _MAY_BE_SPELLED.search(page.text) else page.text
    if "@" in spelled:
        yield from (match[0] for match in _ADDRESS.finditer(spelled))
    if _DOT_IN_WORDS.search(page.text):
        yield from (f"{match[1]}@{_DOT_IN_WORDS.sub('.', match[2])}" for match in _IN_WORDS.finditer(page.text))


@lru_cache(maxsize=1024)  # the pages of a site repeat its addresses
def normalise_email(text: str, site: str) -> str | None:
    """Normalises an address; `None` if it is invalid, made up or read by nobody."""
    text = text.strip().strip(".'").lower()
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        address = validate_email(text, check_deliverability=False, test_environment=False).normalized.lower()
    except EmailNotValidError:
        return None
    local, _, domain = address.partition("@")
    if domain == site or domain.endswith(f".{site}"):
        return None if local in _NOBODY else address
    is_real = has_known_suffix(domain) and site_of(domain) not in _MADE_UP and not domain.endswith(_NOT_THEIRS)
    return address if is_real and local not in _NOBODY else None


def _unscramble(code: str) -> str:
    """Decodes Cloudflare's e-mail protection: hexadecimal bytes, XORed with the first."""
    try:
        key, *rest = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")
