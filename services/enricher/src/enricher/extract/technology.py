"""Recognises the software behind a site by the scripts and styles that its pages load, and by their generator."""

from enricher.pages.documents import Document

_TRACES: dict[str, tuple[str, ...]] = {
    "bootstrap": ("bootstrap",),
    "drupal": ("/sites/default/files", "/core/misc/drupal"),
    "facebook-pixel": ("connect.facebook.net",),
    "google-analytics": ("googletagmanager.com/gtag", "google-analytics.com"),
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
_GENERATORS = ("drupal", "joomla", "shopify", "squarespace", "typo3", "webflow", "wix", "woocommerce", "wordpress")


def find_technology(page: Document) -> set[str]:
    """Finds the software of a page: names in lower case, from a closed list."""
    generator = page.generator.lower()
    loaded = "\n".join(page.sources).lower()
    found = {name for name in _GENERATORS if name in generator}
    return found | {name for name, traces in _TRACES.items() if any(trace in loaded for trace in traces)}
