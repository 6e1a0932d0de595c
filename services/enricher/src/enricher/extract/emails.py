"""Finds e-mail addresses on a page: in links, in text, spelled out in words, or hidden by Cloudflare.

An address comes out whole or not at all: one that is cut at its neighbours would be another company's.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, repeat
from urllib.parse import parse_qsl, unquote

from email_validator import EmailNotValidError, validate_email

from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import organisations, people, values
from enricher.pages.urls import has_known_suffix, site_of

_MAX_CANDIDATES = 500
#: Letters of alphabets that share shapes with Latin. Beside an address they may be a part of it, unlike 电话.
_LATIN_LIKE = "\u00c0-\u024f\u0370-\u058f\u1e00-\u1eff"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9_.%+{_LATIN_LIKE}-])[A-Za-z0-9_.%+'-]{{1,64}}@"
    rf"[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,5}}(?![{_LATIN_LIKE}])"
)
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_LOCAL_END = re.compile(r"[A-Za-z0-9_.+'-]{1,64}\Z")
_LETTERS = re.compile(r"[a-z]{2,24}")
_GLUED = re.compile(r"([a-z]{2,24})(?=[A-Z0-9_-])")
_AT = re.compile(
    r"\s?(?:[\[({<]\s?(?:at|@|ät|a)\s?[\])}>]|_at_|\(_at_\)|＠|﹫)\s?|(?<=[\w+-])[★☆◎](?=[a-z0-9-]{1,63}\.)",
    re.IGNORECASE,
)
_DOT = re.compile(r"\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?", re.IGNORECASE)
#: A part in brackets with its dots: "sales[@]acme[.com.sg]".
_DOTTED = re.compile(r"[\[({]((?:\.[a-z0-9-]{1,63}){1,4})[\])}]", re.IGNORECASE)
#: A quick test for any of them: most pages have none.
_MAY_BE_SPELLED = re.compile(r"[\[({<_＠﹫★☆◎](?:(?<=[＠﹫★☆◎])|\s?(?:[@.aä]|dot))", re.IGNORECASE)
#: A sign on a line by itself, as pictures and elements of their own leave it.
_SIGN = r"\n(?:@|＠|at|ät|\[at\]|\(at\)|\(@\))\n"
_IS_APART = re.compile(_SIGN)
_APART = re.compile(rf"([\w.+-]{{1,64}}){_SIGN}((?:[a-z0-9-]{{1,63}}\.){{1,5}}[a-z]{{2,24}})(?=\n|\s|$)", re.I)
#: "write to accounts at acme.com": only at the site's own domain.
_AT_SITE = re.compile(
    r"(?:\bto|\be-?mail|\bcontact|[<:])\s{0,2}([\w.+-]{2,64}) at ((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})\b", re.I
)
#: "sales at acme dot com dot sg": without "dot", "at" is a preposition.
_IN_WORDS = re.compile(
    r"(?<![\w.+-])([\w.+-]{1,64}) at (?!the dot |a dot )((?:[a-z0-9-]{1,63} dot ){1,4}[a-z]{2,24})(?![\w-])",
    re.IGNORECASE,
)
_DOT_IN_WORDS = re.compile(" dot ", re.IGNORECASE)
#: "sales @ acme.com.sg". "Find us @ acme.com.sg" looks alike, so only a mailbox or a label makes it an address.
_SPACED = re.compile(
    r"(?P<label>(?:e-?mail|mail|邮箱|電郵|电邮)\s{0,2}[:：]?\s{0,2})?(?<![A-Za-z0-9_.+-])(?P<local>[A-Za-z0-9_.+-]{1,64})"
    r"(?: @ ?|@ )(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})",
    re.IGNORECASE,
)
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
_MADE_UP_NAMES = """
    example.com example.net example.org domain.com email.com yourdomain.com company.com yourcompany.com mysite.com
    yoursite.com website.com address.com test.com mail.com.example
"""
_MADE_UP = frozenset(_MADE_UP_NAMES.split())
_NOT_THEIRS = ("sentry.io", "wixpress.com", "sentry-next.wixpress.com", "schema.org", "w3.org", ".example")
#: Providers of mailboxes that companies use in place of their own, and Internet providers of Singapore and Malaysia.
_FREE = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "gmx.net",
        "zoho.com",
        "mail.com",
        "yandex.com",
        "qq.com",
        "163.com",
        "126.com",
        "sina.com",
        "foxmail.com",
        "naver.com",
        "singnet.com.sg",
        "pacific.net.sg",
        "starhub.net.sg",
        "magix.com.sg",
        "mysingnet.sg",
        "yahoo.com.sg",
        "yahoo.com.my",
        "hotmail.sg",
        "outlook.sg",
        "tm.net.my",
        "streamyx.com",
        "unifi.my",
        "netvigator.com",
        "biznetvigator.com",
        "bigpond.com",
    ]
)
#: Whoever made the site is not the company: "Web design by Studio, hello@studio.sg".
_MAKERS = re.compile(
    r"\b(?:design(?:ed)?|develop(?:ed|ment)?|powered|built|maintained|crafted|website|site|hosted) by\b[^\n]{0,50}\Z"
    r"|\b(?:web ?master|web ?design(?:er)?|website|site|gestaltung|umsetzung)\s?[:：]\s{0,2}[^\n@]{0,30}\Z",
    re.IGNORECASE,
)
#: Names of counters that look like addresses.
_COUNTERS = frozenset({"rating@mail.ru", "top@mail.ru"})


def is_free(domain: str) -> bool:
    """True for a provider of mailboxes that are open to everybody."""
    return domain in _FREE


def find_emails(page: Document, site: str) -> list[str]:
    """Finds the valid addresses of a page, in lower case, sorted. `site` is its registrable domain, always accepted."""
    return sorted(
        {
            address
            for text in islice(_candidates(page, site), _MAX_CANDIDATES)
            if (address := normalise_email(text, site))
        }
    )


def is_role(address: str) -> bool:
    """True for an address of a role, not of a person: info@, sales.sg@, hr2@."""
    local = address.partition("@")[0]
    words = _WORDS.findall(local)
    return "".join(words) in _ROLES or (bool(words) and words[0] in _ROLES)


def _candidates(page: Document, site: str) -> Iterator[str]:
    for target, beside in zip(page.addresses, page.beside or repeat(""), strict=False):
        if target.lower().startswith("mailto:") and not _MAKERS.search(beside.partition("\n")[0]):
            yield from mail_addresses(target)
    for code in page.protected:
        yield from mail_addresses(f"mailto:{_unscramble(code)}")
    for text in values((*organisations(page), *people(page)), "email"):
        yield from mail_addresses(text if text.lower().startswith("mailto:") else f"mailto:{text}")
    text = f"{page.text}\n{page.description}"
    lower = text.lower()
    spelled = _DOTTED.sub(r"\1", _DOT.sub(".", _AT.sub("@", text))) if _MAY_BE_SPELLED.search(text) else text
    if "@" in spelled:
        found = _ADDRESS.finditer(spelled)
        yield from (
            match[0] for match in found if not _MAKERS.search(spelled, max(0, match.start() - 60), match.start())
        )
        if "@ " in spelled or " @" in spelled:
            yield from (f"{it['local']}@{it['domain']}" for it in _SPACED.finditer(spelled) if _is_meant(it))
    if " dot " in lower:
        yield from (f"{match[1]}@{_DOT_IN_WORDS.sub('.', match[2])}" for match in _IN_WORDS.finditer(text))
    yield from _of_site(text, lower, site)


def _of_site(text: str, lower: str, site: str) -> Iterator[str]:
    """Finds addresses at the site's own domain in forms that are doubtful at any other.

    `lower` is the text in lower case.
    """
    apart, in_words = _IS_APART.search(lower) is not None, " at " in lower
    for pattern, may_be in ((_APART, apart), (_AT_SITE, in_words)) if site in lower else ():
        found = pattern.finditer(text) if may_be else ()
        yield from (f"{it[1]}@{it[2]}" for it in found if site_of(it[2].lower()) == site)
    backwards = f"{site[::-1]}@"  # shown from right to left
    if backwards in text:
        yield from (f"{it[1][::-1]}@{site}" for it in re.finditer(rf"{re.escape(backwards)}([\w.+-]{{1,64}})", text))


def mail_addresses(target: str) -> list[str]:
    """Returns the addresses of a mailto: link: those in its path, in `to` and in `cc`, without names around them."""
    path, _, query = target[len("mailto:") :].partition("?")
    said = [path, *(value for name, value in parse_qsl(query, max_num_fields=50) if name.lower() in ("to", "cc"))]
    parts = [part for text in said for part in re.split("[,;]", unquote(text).lstrip("/"))]
    return [found[0] for part in parts[:20] if (found := _ADDRESS.search(part))]


def _is_meant(spaced: re.Match[str]) -> bool:
    local = spaced["local"].lower()
    return bool(spaced["label"]) or is_role(local) or not local.isalpha()


@lru_cache(maxsize=1024)  # the pages of a site repeat its addresses
def normalise_email(text: str, site: str) -> str | None:
    """Normalises an address; `None` if it is invalid, made up or unattended."""
    found = _ADDRESS.fullmatch(text.strip().strip(".'"))
    if not found:
        return None
    local, _, domain = found[0].partition("@")
    if _ESCAPE.search(local):  # a part of a URL: "%3c" before an address is an angle bracket
        rest = _LOCAL_END.search(unquote(local, errors="replace"))
        local = rest[0] if rest else ""
    whole = _whole_domain(domain, site)
    if not local or not whole:
        return None
    try:
        address = validate_email(
            f"{local}@{whole}", check_deliverability=False, test_environment=False
        ).normalized.lower()
    except EmailNotValidError:
        return None
    local, _, domain = address.partition("@")
    if local in _NOBODY or address in _COUNTERS:
        return None
    if domain == site or domain.endswith(f".{site}"):
        return address
    is_real = has_known_suffix(domain) and site_of(domain) not in _MADE_UP and not domain.endswith(_NOT_THEIRS)
    return address if is_real else None


def _whole_domain(domain: str, site: str) -> str:
    """Returns the domain without a word glued to its end; an empty text if that is unknown.

    "acme.com.sg-Sales" and "acme.com.sgTel" end in words of the page, not in a suffix.
    """
    head, _, last = domain.rpartition(".")
    begins_sentence = last.istitle() and not head.istitle()
    if head.lower() == site or (begins_sentence and head.islower() and has_known_suffix(head)):
        return head.lower()
    if _LETTERS.fullmatch(last.lower()) and (last == last.lower() or last == last.upper()):
        whole = domain.lower()
        if has_known_suffix(whole) or whole.endswith(f".{site}"):
            return whole
        after = whole.removeprefix(site) if whole.startswith(site) else whole.partition(f".{site}")[2]
        return whole.removesuffix(after) if after.isalpha() and after != whole else whole
    glued = _GLUED.match(last)
    whole = f"{head}.{glued[1]}".lower() if glued else domain.lower()
    return whole if has_known_suffix(whole) or whole == site else ""


def _unscramble(code: str) -> str:
    """Decodes Cloudflare's e-mail protection: hexadecimal bytes, XORed with the first."""
    try:
        key, *rest = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")
