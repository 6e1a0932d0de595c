"""Recognises the software behind a site by what its pages load (also from inline scripts), and by their generator."""

from enricher.pages.documents import Document

_TRACES: dict[str, tuple[str, ...]] = {
    "bootstrap": ("bootstrap",),
    "drupal": ("/sites/default/files", "/core/misc/drupal"),
    "facebook-pixel": ("/fbevents.js", "facebook.com/tr?id="),
    "google-analytics": (
        "googletagmanager.com/gtag/js?id=g-",
        "googletagmanager.com/gtag/js?id=ua-",
        "google-analytics.com",
    ),
    "google-tag-manager": ("googletagmanager.com/gtm",),
    "hubspot": ("hs-scripts.com", "hsforms.net", "hubspot.com"),
    "intercom": ("widget.intercom.io",),
    "jquery": ("jquery",),
    "mailchimp": ("list-manage.com", "chimpstatic.com"),
    "nextjs": ("/_next/",),
    "react": ("react.production", "react-dom", "/static/js/main."),
    "recaptcha": ("google.com/recaptcha",),
    "shopify": ("cdn.shopify.com", "myshopify.com"),
    "squarespace": ("squarespace.com", "squarespace-cdn.com"),
    "stripe": ("js.stripe.com",),
    "tawk": ("embed.tawk.to",),
    "vue": ("/vue.", "/vue@"),
    "webflow": ("website-files.com", "webflow.com"),
    "wix": ("wixstatic.com", "parastorage.com"),
    "woocommerce": ("/plugins/woocommerce",),
    "wordpress": ("wp-content/", "wp-includes/"),
    "zendesk": ("zdassets.com", "zendesk.com"),
}
#: Calls in inline scripts (`loaders`) that only the snippet of one product makes.
_CALLS: dict[str, tuple[str, ...]] = {
    "drupal": ("drupalsettings", "drupal.settings"),
    "facebook-pixel": ("fbq(",),
    "google-analytics": ("gtag(", "_gaq.push", "ga(", "_setaccount"),
    "hubspot": ("hbspt.forms", "_hsq"),
    "intercom": ("intercomsettings", "intercom("),
    "nextjs": ("__next_data__",),
    "recaptcha": ("grecaptcha.",),
    "shopify": ("shopify.theme", "shopify.shop"),
    "squarespace": ("static.squarespace_context",),
    "tawk": ("tawk_api",),
    "webflow": ("webflow.push",),
    "wix": ("wixbisession",),
    "woocommerce": ("woocommerce_params", "wc_add_to_cart_params"),
    "wordpress": ("wpemojisettings",),
    "zendesk": ("zesettings",),
}
_GENERATORS = ("drupal", "joomla", "shopify", "squarespace", "typo3", "webflow", "wix", "woocommerce", "wordpress")


def find_technology(page: Document) -> set[str]:
    """Finds the software of a page: names in lower case, from a closed list."""
    generator = page.generator.lower()
    loaded = "\n".join((*page.sources, *(trace for trace in page.loaders if "/" in trace))).lower()
    called = "\n".join(page.loaders).lower().split("\n")
    found = {name for name in _GENERATORS if name in generator}
    found |= {name for name, traces in _TRACES.items() if any(trace in loaded for trace in traces)}
    return found | {name for name, calls in _CALLS.items() if any(it.startswith(calls) for it in called)}
