"""The six layouts of the town's sites. A layout is its pages: each path with the function that writes the page."""

from collections.abc import Callable
from html import escape

from simulator.town import fragments as html
from simulator.town.sites import Layout, Robots, Site

Writer = Callable[[Site], str]
PRIVATE_PATH = "/private/price-list"


def _private(site: Site) -> str:
    return html.private_link(PRIVATE_PATH if site.robots is Robots.PRIVATE else None)


def _links(*links: tuple[str, str]) -> str:
    return "".join(f'<a href="{path}">{text}</a> ' for path, text in links)


def _careers(site: Site, path: str) -> tuple[tuple[str, str], ...]:
    return ((path, "Careers"),) if site.openings is not None else ()


def _offers(site: Site) -> str:
    return "".join(f"<li>{offer}</li>" for offer in site.industry.offers)


def _classic(title: str, body: Writer) -> Writer:
    """Builds pages with a header, a menu, and a footer with the contacts."""

    def write(site: Site) -> str:
        menu = _links(
            ("/", "Home"), ("/about", "About Us"), ("/services", "Services"), ("/contact", "Contact"),
            *_careers(site, "/careers"),
        )  # fmt: skip
        return (
            f'<!DOCTYPE html><html lang="en">{html.head(site, f"{title} – {site.brand}")}<body>'
            f"<header><h1>{escape(site.brand)}</h1><nav>{menu}</nav></header><main>{body(site)}</main>"
            f"<footer><p>{html.address(site)}</p><p>Tel: {html.phone(site)} Email: {html.emails(site)}</p>"
            f"<p>{html.legal(site)} {_private(site)}</p></footer></body></html>"
        )

    return write


def _single(site: Site) -> str:
    """Builds everything on one page, with anchors."""
    menu = _links(("#about", "About"), ("#offer", "What we do"), ("#contact", "Contact"), *_careers(site, "/join-us"))
    return (
        f'<!DOCTYPE html><html lang="en">{html.head(site, site.brand)}<body><div id="root"><nav>{menu}</nav>'
        f'<section class="hero"><h1>{escape(site.brand)}</h1><p>{site.industry.trade.capitalize()}</p></section>'
        f'<section id="about"><h2>About</h2><p>{escape(html.about(site))}</p></section>'
        f'<section id="offer"><h2>What we do</h2><ul>{_offers(site)}</ul></section>'
        f'<section id="contact"><h2>Contact</h2><p>{html.emails(site, "<br>")}</p><p>{html.phone(site)}</p>'
        f"<p>{html.address(site)}</p></section><small>{html.legal(site)} {_private(site)}</small></div></body></html>"
    )


def _catalogue(title: str, body: Writer) -> Writer:
    """Builds a shop; only the contact page has the contacts."""

    def write(site: Site) -> str:
        menu = _links(
            ("/products", "Products"), ("/about-us", "About us"), ("/contact-us", "Contact us"),
            *_careers(site, "/careers"),
        )  # fmt: skip
        return (
            f'<!DOCTYPE html><html lang="en">{html.head(site, f"{site.brand} | {title}")}<body class="shop">'
            f'<div class="bar"><a href="/"><b>{escape(site.brand)}</b></a> {menu}</div>'
            f'<div class="page">{body(site)}</div>'
            f'<div class="foot">{html.legal(site)} {_private(site)}</div></body></html>'
        )

    return write


_ARTICLES = 6
_PRODUCTS = 9


def _shelf(site: Site) -> str:
    cards = "".join(
        f'<div class="card"><a href="/products/{number}">{_product(site, number)}</a></div>'
        for number in range(1, _PRODUCTS + 1)
    )
    return f"<h1>Products</h1>{cards}"


def _product(site: Site, number: int) -> str:
    return f"{site.industry.offers[number % len(site.industry.offers)].capitalize()}, series {number}"


def _product_page(number: int) -> Writer:
    return lambda site: (
        f"<h1>{_product(site, number)}</h1><p>Part of our range of {site.industry.trade}. "
        f"Item {site.taste + number}. Please <a href='/contact-us'>ask for a price</a>.</p>"
    )


def _blog(title: str, body: Writer) -> Writer:
    """Builds articles first, and the people on a separate page."""

    def write(site: Site) -> str:
        menu = _links(("/", "Blog"), ("/about", "Who we are"), ("/contact", "Get in touch"), *_careers(site, "/jobs"))
        return (
            f'<!DOCTYPE html><html lang="en-SG">{html.head(site, f"{title} | {site.brand}")}<body>'
            f"<article>{body(site)}</article><aside><h3>{escape(site.brand)}</h3><p>Notes on {site.industry.trade}.</p>"
            f"{menu}</aside><footer>{html.legal(site)} {_private(site)}</footer></body></html>"
        )

    return write


def _posts(site: Site) -> str:
    return "".join(
        f'<h2><a href="/blog/{number}">{_headline(site, number)}</a></h2><p>Read on …</p>'
        for number in range(1, _ARTICLES + 1)
    )


def _headline(site: Site, number: int) -> str:
    offer = site.industry.offers[number % len(site.industry.offers)]
    return (f"What to ask when buying {offer}", f"Five mistakes with {offer}", f"How we think about {offer}")[
        number % 3
    ]


def _post_page(number: int) -> Writer:
    return lambda site: (
        f"<h1>{_headline(site, number)}</h1><p>{escape(html.about(site))}</p>"
        "<p>Ask us <a href='/contact'>anything</a>.</p>"
    )


def _tables(title: str, body: Writer) -> Writer:
    """Builds a page in the style of 1999: tables, fonts, capitals, no doctype."""

    def write(site: Site) -> str:
        menu = "<TD>".join(
            f'<A HREF="{path}"><FONT FACE="Arial">{text}</FONT></A>'
            for path, text in (
                ("index.html", "HOME"), ("aboutus.html", "ABOUT US"), ("products.html", "PRODUCTS"),
                ("contact.html", "CONTACT"), *_careers(site, "career.html"),
            )
        )  # fmt: skip
        return (
            f"<HTML>{html.head(site, f'{site.brand.upper()} - {title}')}<BODY BGCOLOR=#FFFFFF>"
            f"<TABLE WIDTH=760 BORDER=0><TR><TD>{menu}</TR></TABLE><TABLE BORDER=1><TR><TD>"
            f"<FONT SIZE=5>{escape(site.brand)}</FONT><BR>{body(site)}</TD></TR></TABLE>"
            f"<CENTER><FONT SIZE=1>{html.legal(site)} {_private(site)}</FONT></CENTER></BODY></HTML>"
        )

    return write


def _structured(title: str, body: Writer) -> Writer:
    """Builds pages for machines: the company as JSON-LD on every page, and little text."""

    def write(site: Site) -> str:
        menu = _links(
            ("/", "Home"), ("/company", "Company"), ("/solutions", "Solutions"), ("/contact", "Contact"),
            *_careers(site, "/careers"),
        )  # fmt: skip
        return (
            f'<!DOCTYPE html><html lang="en">{html.head(site, f"{site.brand} · {title}", html.linked_data(site))}'
            f"<body><div id='app'><nav>{menu}</nav>{body(site)}</div>"
            f"<footer>{html.legal(site)} {_private(site)}</footer></body></html>"
        )

    return write


def _about(site: Site) -> str:
    return f"<h2>About {escape(site.brand)}</h2><p>{escape(html.about(site))}</p>"


def _welcome(site: Site) -> str:
    return f"<p>Welcome. We are in {site.industry.trade}.</p><ul>{_offers(site)}</ul>"


def _services(site: Site) -> str:
    return f"<h2>What we offer</h2><ul>{_offers(site)}</ul>"


def _contact(site: Site) -> str:
    person = f"<p>Please ask for {site.contact_person}.</p>" if site.contact_person else ""
    return (
        f"<h2>Contact</h2>{person}<p>{html.emails(site, '<br>')}</p><p>Phone {html.phone(site)}</p>"
        f"<p>{html.address(site)}</p><form action='/send' method='post'><input name='message'></form>"
    )


def _fax_contact(site: Site) -> str:
    fax = f"6{site.phone[4]}{site.taste % 100:02d} {site.taste:04d}"[:9]
    return f"TEL: {html.phone(site)}<BR>FAX: {fax}<BR>E-MAIL: {html.emails(site, ' / ')}<P>{html.address(site)}"


PAGES: dict[Layout, dict[str, Writer]] = {
    Layout.CLASSIC: {
        "/": _classic("Home", _welcome),
        "/about": _classic("About us", _about),
        "/services": _classic("Services", _services),
        "/contact": _classic("Contact", _contact),
        "/careers": _classic("Careers", html.openings),
    },
    Layout.SINGLE: {"/": _single, "/join-us": _classic("Join us", html.openings)},
    Layout.CATALOGUE: {
        "/": _catalogue("Welcome", _welcome),
        "/products": _catalogue("Products", _shelf),
        "/about-us": _catalogue("About us", _about),
        "/contact-us": _catalogue("Contact us", _contact),
        "/careers": _catalogue("Careers", html.openings),
        **{f"/products/{n}": _catalogue("Product", _product_page(n)) for n in range(1, _PRODUCTS + 1)},
    },
    Layout.BLOG: {
        "/": _blog("Blog", _posts),
        "/about": _blog("Who we are", _about),
        "/contact": _blog("Get in touch", _contact),
        "/jobs": _blog("Jobs", html.openings),
        **{f"/blog/{n}": _blog("Blog", _post_page(n)) for n in range(1, _ARTICLES + 1)},
    },
    Layout.TABLES: {
        "/": _tables("WELCOME", _welcome),
        "/index.html": _tables("WELCOME", _welcome),
        "/aboutus.html": _tables("ABOUT US", _about),
        "/products.html": _tables("PRODUCTS", _services),
        "/contact.html": _tables("CONTACT", _fax_contact),
        "/career.html": _tables("CAREER", html.openings),
    },
    Layout.STRUCTURED: {
        "/": _structured("Home", _welcome),
        "/company": _structured("Company", _about),
        "/solutions": _structured("Solutions", _services),
        "/contact": _structured("Contact", lambda site: f"<p>{html.address(site)}</p>"),
        "/careers": _structured("Careers", html.openings),
    },
}
CAREERS_PATHS = frozenset({"/careers", "/join-us", "/jobs", "/career.html"})
