"""What can go wrong between us and a website. None of it fails a company: the visit says what it could not see.

SiteUnreachable(Transient)   no address, no connection, broken TLS or HTTP, too slow, robots.txt not to be had
PageRefused(Permanent)       we will not fetch it: internal address, odd port, another site, endless redirects
└── PageForbidden            its owner does not want us to: robots.txt
"""

from common.errors import Permanent, Transient


class SiteUnreachable(Transient):
    """The site does not answer as a website should. It may, another day."""


class PageRefused(Permanent):
    """A URL that this crawler does not go to."""


class PageForbidden(PageRefused):
    """The owner's rules say no."""
