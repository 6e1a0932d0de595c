"""The properties of each company's website: its layout, its content, and its faults.

Everything follows from the host name and the seed, so that a page is the same whenever it is asked for.
"""

from dataclasses import dataclass
from enum import StrEnum

from simulator.draws import draws, spread
from simulator.register.industries import BY_CODE, Industry
from simulator.register.registry import RegistryCompany, company, index_of
from simulator.register.uen import CAPACITY
from simulator.register.words import GIVEN_NAMES, SURNAMES


class Layout(StrEnum):
    """Kinds of page layout."""

    CLASSIC = "classic"
    SINGLE = "single"
    CATALOGUE = "catalogue"
    BLOG = "blog"
    TABLES = "tables"
    STRUCTURED = "structured"


class Behaviour(StrEnum):
    """Kinds of behaviour of a site to requests."""

    PLAIN = "plain"
    THIN = "thin"
    SLOW = "slow"
    FAILING = "failing"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    MISTYPED = "mistyped"
    MISCODED = "miscoded"
    TO_WWW = "to_www"
    TO_HOME = "to_home"
    LOOP = "loop"


class Robots(StrEnum):
    """Kinds of robots.txt."""

    OPEN = "open"
    PRIVATE = "private"
    CLOSED = "closed"
    PATIENT = "patient"
    MISSING = "missing"
    FAILING = "failing"


class Tech(StrEnum):
    """Kinds of software with traces on the pages."""

    NONE = "none"
    WORDPRESS = "wordpress"
    SHOPIFY = "shopify"
    REACT = "react"
    DRUPAL = "drupal"
    BOOTSTRAP = "bootstrap"


_LAYOUTS = spread([(layout, 1) for layout in Layout], 1024)
_BEHAVIOURS = spread(
    (
        (Behaviour.PLAIN, 830),
        (Behaviour.THIN, 60),
        (Behaviour.SLOW, 30),
        (Behaviour.FAILING, 10),
        (Behaviour.TRUNCATED, 5),
        (Behaviour.MALFORMED, 5),
        (Behaviour.MISTYPED, 5),
        (Behaviour.MISCODED, 5),
        (Behaviour.TO_WWW, 25),
        (Behaviour.TO_HOME, 20),
        (Behaviour.LOOP, 5),
    ),
    1024,
)
_ROBOTS = spread(
    (
        (Robots.OPEN, 54),
        (Robots.PRIVATE, 20),
        (Robots.CLOSED, 4),
        (Robots.PATIENT, 1),
        (Robots.MISSING, 20),
        (Robots.FAILING, 1),
    ),
    1024,
)
_TECHS = spread(
    (
        (Tech.NONE, 35),
        (Tech.WORDPRESS, 30),
        (Tech.SHOPIFY, 10),
        (Tech.REACT, 10),
        (Tech.DRUPAL, 5),
        (Tech.BOOTSTRAP, 10),
    ),
    1024,
)
_WORD = 65_536
_FIXED_LINES = "123457"


@dataclass(frozen=True, slots=True)
class Site:
    """One website. `host` is without `www.`, `phone` is in E.164, `openings` is `None` without a careers page."""

    host: str
    company: RegistryCompany
    industry: Industry
    brand: str
    legal_name: str
    layout: Layout
    manner: Behaviour
    robots: Robots
    tech: Tech
    analytics_id: str | None
    has_sitemap: bool
    emails: tuple[str, ...]
    obfuscates: bool
    phone: str
    contact_person: str | None
    openings: int | None
    shows_uen: bool
    taste: int


def site_of(host: str, seed: int) -> Site | None:
    """Returns the site at this host name (without `www.`), or `None` if no company has it."""
    index = index_of(host)
    if index is None or index >= CAPACITY:
        return None
    owner = company(index, seed)
    if host not in (owner.website, owner.unlisted_website):
        return None
    drawn = draws(seed, b"site", index)
    layout, manner, robots, tech, measured, sitemap, role, person, surname, obfuscated = drawn[:10]
    line, phone, hiring, openings, shows_uen, taste = drawn[10:16]
    emails = ["info", "sales", "enquiry", "contact", "admin"][role % 5 : role % 5 + 1]
    if role < 0.4 * _WORD and emails != ["sales"]:
        emails.append("sales")
    given, family = GIVEN_NAMES[person % len(GIVEN_NAMES)], SURNAMES[surname % len(SURNAMES)]
    named = person < 0.35 * _WORD
    if named:
        emails.append(f"{given}.{family}")
    brand, legal_name = _as_written(owner.name)
    return Site(
        host=host,
        company=owner,
        industry=BY_CODE[owner.primary_ssic_code],
        brand=brand,
        legal_name=legal_name,
        layout=_LAYOUTS[layout & 1023],
        manner=_BEHAVIOURS[manner & 1023],
        robots=_ROBOTS[robots & 1023],
        tech=_TECHS[tech & 1023],
        analytics_id=f"G-{measured:05d}{taste % 1000:03d}" if measured < 0.4 * _WORD else None,
        has_sitemap=sitemap < 0.45 * _WORD,
        emails=tuple(f"{name}@{host}" for name in emails),
        obfuscates=obfuscated < 0.15 * _WORD,
        phone=f"+656{_FIXED_LINES[line % 6]}{phone:06d}",
        contact_person=f"{given} {family}".replace(".", " ").title() if named else None,
        openings=openings % 9 if hiring < 0.25 * _WORD else None,
        shows_uen=shows_uen < 0.4 * _WORD,
        taste=taste,
    )


_FORMS = {
    " (S) PTE. LTD.": " (S) Pte. Ltd.",
    " PTE. LTD.": " Pte. Ltd.",
    " PTE LTD": " Pte Ltd",
    " PRIVATE LIMITED": " Private Limited",
    " LLP": " LLP",
    " LP": " LP",
    " LIMITED": " Limited",
    " INC.": " Inc.",
    " GMBH": " GmbH",
    " B.V.": " B.V.",
}
_ACRONYMS = frozenset({"IT", "HR", "PR", "M&E", "VCC", "LED"})


def _as_written(name: str) -> tuple[str, str]:
    """Formats the name like a site, without and with the legal form."""
    form = next((form for form in _FORMS if name.endswith(form)), "")
    words = name.removesuffix(form).split()
    brand = " ".join(word if word in _ACRONYMS else word.capitalize() for word in words)
    return brand, brand + _FORMS.get(form, "")
