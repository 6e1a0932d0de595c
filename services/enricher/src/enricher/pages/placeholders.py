"""Recognises pages that are not the company's own: parked, for sale, suspended, a default, a browser check, an error.

Such a page answers as any other, and shows its host's or its broker's telephone and address. A phrase counts in a
title, or in a short text: a company may write about any of these.
"""

import re
from typing import Final, Literal, TypeAlias

from enricher.pages.documents import Document

Placeholder: TypeAlias = Literal["challenge", "suspended", "for_sale", "parked", "server_default", "error"]

#: Words for each, in reasons.
WORDS: Final[dict[Placeholder, str]] = {
    "challenge": "a check for robots",
    "suspended": "a notice that the site is suspended",
    "for_sale": "an offer to sell the domain",
    "parked": "a parked domain",
    "server_default": "a server's default page",
    "error": "an error page",
}
#: Longer pages are somebody's own, whatever they say.
_SHORT = 1_500
_NO_PAGE = 4_000  # longer ones have a site's menu around the message

_TITLES: tuple[tuple[Placeholder, re.Pattern[str]], ...] = (
    (
        "challenge",
        re.compile(
            r"^(?:just a moment|one moment,? please|attention required|please wait|ddos-guard|access denied$"
            r"|security check$"
            r"|checking your browser|are you (?:a )?(?:human|robot)|robot or human|pardon our interruption"
            r"|bot verification"
            r"|human verification|verif(?:y|ying) you are|you are being redirected|captcha|请稍候|安全验证)"
        ),
    ),
    (
        "suspended",
        re.compile(
            r"^(?:(?:this |your |web ?hosting )?(?:account|web ?site|site|domain|hosting|page)"
            r"(?: is| has been| was| currently| temporarily){0,3}"
            r" (?:suspended|disabled|deactivated|expired)\b|suspended (?:account|domain|page|web ?site)"
            r"|bandwidth limit exceeded"
            r"|(?:domain|web ?site|hosting) expir(?:ed|y)|expired domain|网站已暂停|网站暂停)"
        ),
    ),
    (
        "for_sale",
        re.compile(
            r"(?:domain(?: name)?s? (?:is |may be |are )?(?:for sale|available)|is for sale\b.{0,40}(?:domain"
            r"|hugedomains)|buy (?:this )?domain"
            r"|domain (?:name )?for sale|hugedomains|\b(?:[a-z0-9-]+\.)+[a-z]{2,10} is for sale|域名出售)"
        ),
    ),
    (
        "parked",
        re.compile(
            r"(?:^(?:parked|parking)\b.{0,20}(?:domain|page)|domain (?:is )?parked|^domain parking|parked domain"
            r"|future home of)"
        ),
    ),
    (
        "server_default",
        re.compile(
            r"(?:^welcome to (?:nginx|openresty|centos|caddy|your new|xampp|iis)|^apache2? .{0,40}(?:default|test) page"
            r"|^test page for|^iis(?: windows server|\d)?|^internet information services|^it works!?$"
            r"|default (?:web ?site|web|server|plesk|parallels) page"
            r"|^web server'?s default page|^index of /|^domain default page|^default page|^plesk|^cpanel"
            r"|^hello,? world!?$"
            r"|^site not (?:published|configured)|^congratulations.{0,40}(?:installed|ready)|^hosting(?:er)? default"
            r"|^http server test page)"
        ),
    ),
    (
        "error",
        re.compile(
            r"(?:^(?:http )?(?:error ?:? ?)?(?:40[034]|410|50[0234])\b(?! [a-z]+ (?:street|road|ave))|\b(?:error"
            r"|http) (?:404|50[0234])\b|\b404 (?:error|not found)"
            r"|\b(?:page|file|url|content) (?:was |can(?:no|')t be |could not be |cannot be )?not found\b"
            r"|\bpage (?:could not|can ?not|can't) be found"
            r"|^not found$|^forbidden$|^server error|^internal server error|^bad gateway"
            r"|^service (?:temporarily )?unavailable|^gateway time-?out"
            r"|^(?:database|wordpress › |wordpress > )?error$|error establishing a database"
            r"|^(?:an )?error (?:has )?occurred|页面不存在|找不到页面|页面未找到)"
        ),
    ),
)
_TEXTS: tuple[tuple[Placeholder, re.Pattern[str]], ...] = (
    (
        "challenge",
        re.compile(
            r"checking (?:if the site connection is secure|your browser)|enable javascript and cookies to continue"
            r"|verif(?:y|ying) (?:that )?you are (?:a )?human"
            r"|ddos protection by|incapsula incident|performance & security by cloudflare"
            r"|complete the security check|are not a robot|unusual traffic from"
            r"|why have i been blocked|automated access to this|prove you(?:'re| are) human"
        ),
    ),
    (
        "suspended",
        re.compile(
            r"(?:account|web ?site|site|domain|hosting)(?: name)?(?: \S{1,60})? (?:is|has been|was"
            r"|have been) (?:temporarily |currently )?(?:suspended|deactivated|disabled)"
            r"|(?:domain|hosting)(?: name)?(?: \S{1,60})? (?:has |is )?expired|contact your hosting provider"
            r"|bandwidth limit exceeded"
            r"|store is (?:currently )?unavailable"
        ),
    ),
    (
        "for_sale",
        re.compile(
            r"domain(?: name)?(?: \S{1,60})? (?:is|may be|could be) (?:for sale|available for (?:sale|purchase))"
            r"|buy this domain|make an offer (?:on|for) this domain"
            r"|inquire about this domain|purchase this domain|(?:[a-z0-9-]{1,60}\.){1,3}[a-z]{2,10} is for sale"
            r"|interested in (?:this|buying this) domain|domain name for sale"
        ),
    ),
    (
        "parked",
        re.compile(
            r"(?:domain|web ?page|page|site)(?: name)?(?: \S{1,60})? (?:is|has been) (?:currently )?parked"
            r"|parked free|parked (?:domain|by)|domain parking"
            r"|domain(?: name)?(?: \S{1,60})? (?:is|was|has been) (?:recently |just |newly "
            r"|already )?registered (?:at|by|with|through|via)|future home of"
            r"|this domain has (?:recently )?been registered|sponsored listings displayed|courtesy of the domain"
            r"|related searches\n"
        ),
    ),
    (
        "server_default",
        re.compile(
            r"if you see this page, the nginx|web server is successfully installed|this is the default (?:web"
            r"|welcome|server|index|plesk)|default page of"
            r"|you are (?:the owner|looking at) (?:of )?this (?:web ?site|domain|default)|replace this file"
            r"|upload your (?:web ?site|files)"
            r"|apache .{0,30}server at \S{1,80} port \d|there isn't a github pages site|no (?:web ?site"
            r"|site) (?:is )?configured|site is not (?:published|configured)"
            r"|connect(?:ed)? (?:this |your )?domain to (?:a|your) (?:web ?site|wix)"
            r"|looks like this domain isn't connected"
        ),
    ),
    (
        "error",
        re.compile(
            r"error establishing a database connection|critical error on this web ?site"
            r"|the requested url \S{0,200} ?was not found|(?:page|file) (?:you (?:are|were) looking for"
            r"|you requested|requested)"
            r".{0,60}(?:not|no longer|can't|cannot|couldn't)|fatal error: |\b(?:404|410) (?:error|not found|page)"
            r"|internal server error|no input file specified|page (?:could not|can ?not|can't) be found"
        ),
    ),
)
#: Words of which such a phrase has one: most pages have none, and a text search is quicker than the patterns.
_WORDS_OF_TEXTS: Final[dict[Placeholder, tuple[str, ...]]] = {
    "challenge": (
        *("checking", "enable javascript", "human", "ddos protection by", "incapsula", "cloudflare", "security check"),
        *("not a robot", "unusual traffic", "been blocked", "automated access"),
    ),
    "suspended": (
        *("suspended", "deactivated", "disabled", "expired", "hosting provider", "bandwidth limit", "unavailable"),
    ),
    "for_sale": ("for sale", "available for ", "this domain", "interested in "),
    "parked": (
        *("parked", "parking", "registered", "future home of", "sponsored listings", "courtesy of", "related searches"),
    ),
    "server_default": (
        *("nginx", "web server", "default", "you are ", "replace this file", "upload your", "apache", "github pages"),
        *("configured", "not published", "domain to ", "isn't connected"),
    ),
    "error": ("error", "not found", "looking for", "requested", "no input file", "be found", "404 ", "410 "),
}
_PARKING_HOSTS = re.compile(
    r"(?:^|[/.])(?:sedoparking|parkingcrew|bodis|parklogic|above|hugedomains|afternic|dan|parking\.godaddy"
    r"|img1\.wsimg\.com/parking|domainmarket|undeveloped)\.com/|/parking-lander/"
)


def placeholder_of(page: Document) -> Placeholder | None:
    """Returns the kind of a page that is not the company's own; `None` for its own."""
    title, length = page.title.lower().strip(), len(page.text)
    if length <= _NO_PAGE:
        for kind, pattern in _TITLES:
            if pattern.search(title):
                return kind
    if length > _SHORT:
        return None
    if any(_PARKING_HOSTS.search(source.lower()) for source in (*page.sources, *page.loaders)):
        return "parked"
    text = f"{page.title}\n{page.description}\n{page.text}".lower().replace("’", "'")
    for kind, pattern in _TEXTS:
        if any(word in text for word in _WORDS_OF_TEXTS[kind]) and pattern.search(text):
            return kind
    return None
