"""Software that a site shows by what it leaves in its pages."""

import pytest

from enricher.extract.profile.technology import find_technology
from enricher.pages.documents import Document, parse_html

HOME = "http://acme.com.sg/"


def a_page(body: str = "", *, head: str = "", url: str = HOME) -> Document:
    return parse_html(url, f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<script src="/wp-includes/js/jquery/jquery.min.js"></script>', {"wordpress", "jquery"}),
        ('<script src="https://cdn.shopify.com/s/a.js"></script>', {"shopify"}),
        ('<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>', {"google-analytics"}),
        ('<meta name="generator" content="Wix.com Website Builder">', {"wix"}),
        ('<link rel="stylesheet" href="/css/bootstrap.min.css">', {"bootstrap"}),
        ('<script src="https://cdn.jsdelivr.net/npm/bootstrap@5.3.0/dist/x.js"></script>', {"bootstrap"}),
        ('<script src="https://static.parastorage.com/dist/bootstrap-features.1a.bundle.min.js"></script>', {"wix"}),
        ('<script src="//widget.trustpilot.com/bootstrap/v5/tp.widget.bootstrap.min.js"></script>', {"trustpilot"}),
        ('<script src="/_next/static/chunks/main.js"></script>', {"nextjs", "react"}),
        ('<meta name="generator" content="Gatsby 4">', {"gatsby", "react"}),
        ('<meta name="generator" content="GoDaddy Website Builder 8.0">', {"godaddy-website-builder"}),
        (
            '<meta name="generator" content="WordPress 6.4"><meta name="generator" content="Elementor 3.18">',
            {"wordpress", "elementor"},
        ),
        ('<script src="/_nuxt/3f2a.js"></script>', {"nuxt", "vue"}),
        ('<script async src="//41207.tctm.co/t.js"></script>', {"calltrackingmetrics"}),
        ('<script>d.write("https://diffuser-cdn.app-us1.com/diffuser/d.js")</script>', {"activecampaign"}),
        ('<script src="https://sc.lfeeder.com/lftracker_v1_k.js"></script>', {"leadfeeder"}),
        ('<link href="/-/media/themes/acme/styles/optimized-min.css" rel="stylesheet">', {"sitecore"}),
        ('<script src="https://notleadinfo.net.sg/a.js"></script><script src="/tally.so.js"></script>', set()),
        ('<style data-vue-ssr-id="f0:0"></style><script src="/_nuxt/1.js"></script>', {"nuxt", "vue"}),
        ("<!-- This site is optimized with the Yoast SEO plugin v21.2 -->", {"yoast-seo"}),
        ('<script type="application/ld+json" class="yoast-schema-graph">{}</script>', {"yoast-seo"}),
        ('<script src="https://unpkg.com/aos@2.3.1/dist/aos.js"></script>', {"aos"}),
        ('<script src="https://app.usercentrics.eu/browser-ui/latest/loader.js"></script>', {"usercentrics"}),
        (
            '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>',
            {"cloudflare", "cloudflare-turnstile"},
        ),
        ("<title>We love WordPress</title>", set()),
        ("<title>Optimized with the Yoast SEO plugin</title>", set()),
    ],
)
def test_software_is_known_by_what_it_leaves(head: str, name: set[str]) -> None:
    """By what is loaded and by the generator's own word, not by what is talked about."""
    assert find_technology(a_page(head=head)) == name


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('<form action="https://webto.salesforce.com/servlet/servlet.WebToLead"></form>', {"salesforce"}),
        ('<form action="https://acme.us1.list-manage.com/subscribe/post"></form>', {"mailchimp"}),
        ('<form id="wpforms-form-388" class="wpforms-validate wpforms-form"></form>', {"wpforms"}),
        ('<div data-aos="fade-up">Valves</div>', {"aos"}),
        ('<i class="fas fa-phone"></i>', {"font-awesome"}),
        ('<style data-styled="active"></style>', {"styled-components"}),
        ('<p>We build <a href="https://wpforms.com">WPForms</a> forms and React sites.</p>', set()),
    ],
)
def test_software_is_known_by_forms_and_attributes(body: str, name: set[str]) -> None:
    """By where a form is sent and by the attributes of one product, not by links and words."""
    assert find_technology(a_page(body)) == name
