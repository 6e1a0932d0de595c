"""Errors of fetching from a website. None of them fails a company: the visit records the missing part.

SiteUnreachable(Transient)   no address, no connection, broken TLS or HTTP, too slow, robots.txt not to be had
├── NameUnknown              the host's name does not resolve, under any scheme
└── AnswerMalformed          the answer is not HTTP in the strict reading; a lenient reader may make something of it
PageRefused(Permanent)       we will not fetch it: internal address, odd port, another site, endless redirects
├── MovedElsewhere           it leads to another site, which would have to prove whose it is
└── PageForbidden            its owner does not want us to: robots.txt
"""

from common.errors import Permanent, Transient


class SiteUnreachable(Transient):
    """The site gives no usable answer. Another attempt later may succeed."""


class NameUnknown(SiteUnreachable):
    """A host name that does not resolve."""


class AnswerMalformed(SiteUnreachable):
    """An answer that is not HTTP in the strict reading. Asked for again, it may be read leniently."""


class PageRefused(Permanent):
    """A URL that the crawler refuses to fetch."""


class MovedElsewhere(PageRefused):
    """A page that redirects to another site, at `url`."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url


class PageForbidden(PageRefused):
    """A URL that robots.txt forbids."""
