"""Errors of fetching from a website. None of them fails a company: the visit records what is missing.

SiteUnreachable(Transient)   no address, no connection, broken TLS or HTTP, too slow, robots.txt not to be had
PageRefused(Permanent)       we will not fetch it: internal address, odd port, another site, endless redirects
└── PageForbidden            its owner does not want us to: robots.txt
"""

from common.errors import Permanent, Transient


class SiteUnreachable(Transient):
    """The site gives no usable answer. A later attempt may succeed."""


class PageRefused(Permanent):
    """A URL that the crawler refuses to fetch."""


class PageForbidden(PageRefused):
    """A URL that robots.txt forbids."""
