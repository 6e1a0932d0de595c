"""Finds traces of software in inline scripts: the addresses that they load from, and their calls."""

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

_MAX_SCRIPTS = 100
_MAX_LENGTH = 50_000  # of one script
_MAX_FOUND = 100
#: A file that a script loads: a host with a path. Links inside data lead to pages, not to scripts.
_LOADED = re.compile(r"(?:https?:)?//((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,20}/[\w./@?=&-]{0,100})", re.IGNORECASE)
#: Calls that only the snippet of one product makes.
_CALLS = re.compile(
    r"\b(?:fbq\(\s?['\"]init|gtag\(\s?['\"]config['\"],\s?['\"](?:G|UA)-|_gaq\.push|ga\(\s?['\"]create|_setAccount"
    r"|hbspt\.forms|_hsq\b|Tawk_API|intercomSettings|Intercom\(\s?['\"]|__NEXT_DATA__|Shopify\.(?:theme|shop)"
    r"|Static\.SQUARESPACE_CONTEXT|wixBiSession|zESettings|wpemojiSettings|woocommerce_params|wc_add_to_cart_params"
    r"|drupalSettings|Drupal\.settings|Webflow\.push|grecaptcha\.|elementorFrontendConfig|_hjSettings|hjid|klaviyo\.push|_learnq"
    r"|_linkedin_partner_id|_linkedin_data_partner_ids|lintrk\(|_paq\.push|clarity\(\s?['\"]|mixpanel\.init|__NUXT__|owlCarousel\("
    r"|analytics\.load\(|ttq\.load|TiktokAnalyticsObject|wpforms_settings|twq\(\s?['\"]|snaptr\(\s?['\"]|pintrk\(\s?['\"]"
    r"|CRISP_WEBSITE_ID|drift\.load|__lc\.license|LiveChatWidget|Calendly\.init|new Swiper\(|tailwind\.config"
    r"|google-analytics\.com/(?:ga|urchin)\.js|google\.maps\.Map|heap\.load|amplitude\.(?:init|getInstance)|uetq|__CF\$cv)"
    r"|(?<=['\"])AW-\d{6,12}\b"
)


#: Attributes, classes and comments that only one product's pages have.
_MARKS = (
    "__viewstate",
    "data-reactroot",
    "data-react-helmet",
    "go daddy website builder",
    "data-vue-ssr-id",
    "data-v-app",
    "yoast-schema-graph",
    "<!-- this site is optimized with the yoast seo",
    "wpforms-form",
    "data-aos=",
    "data-borlabs-",
    "data-styled",
    'class="sc-bdvaja',
    "___gatsby",
)
#: Classes of icons, whose elements are not parsed.
_ICONS = ("fa fa-", "fas fa-", "fab fa-", "fa-solid fa-")


def marks_of(tags: str, sent: str) -> tuple[str, ...]:
    """Returns the traces in a page's markup: in `tags`, its prepared HTML in lower case, and in `sent`, its source."""
    return tuple(mark for mark in _MARKS if mark in tags) + tuple(mark for mark in _ICONS if mark in sent)


def loaders_of(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Returns the traces in the page's inline scripts, without repeats."""
    found: dict[str, None] = {}
    for node in islice(tree.css("script:not([src])"), _MAX_SCRIPTS):
        kind = (node.attributes.get("type") or "").lower()
        if "json" in kind and node.attributes.get("id") != "__NEXT_DATA__":
            continue
        script = node.text()[:_MAX_LENGTH].replace("\\/", "/")
        if node.attributes.get("id") == "__NEXT_DATA__":
            script = "__NEXT_DATA__"
        found |= dict.fromkeys(match[1].lower() for match in islice(_LOADED.finditer(script), _MAX_FOUND))
        found |= dict.fromkeys(match[0] for match in islice(_CALLS.finditer(script), _MAX_FOUND))
    return tuple(found)[:_MAX_FOUND]
