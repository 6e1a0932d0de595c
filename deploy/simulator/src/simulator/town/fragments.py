"""HTML fragments of pages in every layout: head, about text, contacts, openings."""

from html import escape
from json import dumps

from simulator.town.claims import in_words
from simulator.town.sites import Site, Tech

_HEADS = {
    Tech.NONE: "",
    Tech.WORDPRESS: (
        '<meta name="generator" content="WordPress 6.6.2">'
        '<link rel="stylesheet" href="/wp-content/themes/harbour/style.css">'
        '<script src="/wp-includes/js/jquery/jquery.min.js"></script>'
    ),
    Tech.SHOPIFY: '<script src="https://cdn.shopify.com/s/files/1/0001/theme.js" defer></script>',
    Tech.REACT: '<script defer src="/static/js/main.3f9c2b1a.js"></script>',
    Tech.DRUPAL: '<meta name="generator" content="Drupal 10 (https://www.drupal.org)">',
    Tech.BOOTSTRAP: (
        '<link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/bootstrap.min.css">'
    ),
}
_MARKETS = ("Singapore", "Southeast Asia", "Singapore and Johor", "the Asia-Pacific region", "more than ten countries")
_CLAIMS = (
    "We are certified to ISO 9001:2015 and keep to what we promise.",
    "Our people have spent their working lives in this trade, and it shows.",
    "Small orders are as welcome here as large ones.",
    "We hold bizSAFE Level 3 and take safety seriously.",
    "Most of our customers came to us because another customer sent them.",
    "Ask us for a quotation – we answer within one working day.",
)
_ROLES = ("Sales Executive", "Project Engineer", "Accounts Assistant", "Operations Manager", "Customer Service Officer")


def head(site: Site, title: str, extra: str = "") -> str:
    """Builds the document's head, with traces of the site's software."""
    measured = ""
    if site.analytics_id:
        source = f"https://www.googletagmanager.com/gtag/js?id={site.analytics_id}"
        measured = f'<script async src="{source}"></script>'
    return (
        f'<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="description" content="{escape(site.brand)}: {site.industry.trade} in Singapore">'
        f"{_HEADS[site.tech]}{measured}{extra}</head>"
    )


def about(site: Site) -> str:
    """Describes the company in plain text: trade, products, and perhaps size and customers."""
    first, second, third = (site.industry.offers * 3)[:3]
    return (
        f"{site.brand} is a Singapore company in {site.industry.trade}. "
        f"Since {site.company.registered_on[:4]} we have offered {first}, {second} and {third} "
        f"to customers in {_MARKETS[site.taste % 5]}. {_CLAIMS[site.taste // 5 % 6]} {in_words(site)}"
    ).rstrip()


def email(site: Site, address: str) -> str:
    """Formats an e-mail address as a link, or obfuscated."""
    if site.obfuscates:
        name, _, domain = address.partition("@")
        return f"{name} [at] {domain.replace('.', ' [dot] ') if site.taste & 1 else domain}"
    return f'<a href="mailto:{address}">{address}</a>'


def emails(site: Site, between: str = " | ") -> str:
    """Formats all addresses of the site."""
    return between.join(email(site, address) for address in site.emails)


def phone(site: Site) -> str:
    """Formats the telephone number in one of the usual notations."""
    first, last = site.phone[3:7], site.phone[7:]
    written = (f"+65 {first} {last}", f"(65) {first}-{last}", f"{first} {last}", f"+65{first}{last}")[site.taste % 4]
    return f'<a href="tel:{site.phone}">{written}</a>' if site.taste & 4 else written


def address(site: Site) -> str:
    """Formats the registered address, as on a letter."""
    return f"{escape(site.company.address.title())}, Singapore {site.company.postal_code}"


def legal(site: Site) -> str:
    """Builds the last line of the page."""
    uen = f" (UEN {site.company.uen})" if site.shows_uen else ""
    return f"© 2025 {escape(site.legal_name)}{uen}. All rights reserved."


def openings(site: Site) -> str:
    """Builds the careers page's text; a page may say that there are no openings."""
    if not site.openings:
        return "<p>There are no openings at the moment. Come back soon.</p>"
    jobs = "".join(
        f'<li class="job">{_ROLES[(site.taste + number) % 5]} (full time, Singapore)</li>'
        for number in range(site.openings)
    )
    return f"<p>We are hiring. Send your CV to {email(site, site.emails[0])}.</p><ul>{jobs}</ul>"


def private_link(path: str | None) -> str:
    """Builds a link that robots.txt forbids to follow."""
    return f'<a href="{path}">Price list for dealers</a>' if path else ""


def linked_data(site: Site) -> str:
    """Formats the company as JSON-LD."""
    known = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": site.legal_name,
        "url": f"http://{site.host}/",
        "email": site.emails[0],
        "telephone": site.phone,
        "identifier": site.company.uen,
        "description": about(site),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": site.company.address.title(),
            "postalCode": site.company.postal_code,
            "addressCountry": "SG",
        },
        "contactPoint": [
            {"@type": "ContactPoint", "contactType": "sales", "email": address, "telephone": site.phone}
            for address in site.emails
        ],
    }
    return f'<script type="application/ld+json">{dumps(known)}</script>'
