"""Recognises the software behind a site by the files that its pages load, by inline scripts and by their generator."""

import re
from functools import lru_cache

from enricher.extract.profile.technology_hosts import SOFTWARE_OF_HOST
from enricher.pages.documents import Document

_TRACES: dict[str, tuple[str, ...]] = {
    "adobe-analytics": ("omtrdc.net", "2o7.net", "assets.adobedtm.com"),
    "adobe-experience-manager": ("/etc.clientlibs/", "/etc/designs/"),
    "adobe-fonts": ("use.typekit.net", "p.typekit.net"),
    "aos": ("/aos.css", "/aos.js", "/aos.min.", "/aos@"),
    "algolia": ("algolia.net", "algolianet.com", "/algoliasearch"),
    "alpine-js": ("alpinejs", "/alpine.min.js", "/alpine.js"),
    "amplitude": ("cdn.amplitude.com",),
    "angular": ("angular.min.js", "/angular@", "angularjs/1."),
    "astra": ("/themes/astra/",),
    "astro": ("/_astro/",),
    "baidu-analytics": ("hm.baidu.com/hm.js",),
    "bigcommerce": ("bigcommerce.com/s-", "cdn11.bigcommerce.com"),
    "bootstrap": (
        "/bootstrap.min",
        "/bootstrap.css",
        "/bootstrap.js",
        "/bootstrap.bundle",
        "/bootstrap.esm",
        "/bootstrap.rtl",
        "/bootstrap-grid",
        "/bootstrap-theme",
        "/bootstrap@",
        "/bootstrap/css",
        "/bootstrap/js",
        "/bootstrap/dist",
        "/bootstrap-3",
        "/bootstrap-4",
        "/bootstrap-5",
        "bootstrapcdn.com/bootstrap",
        "twitter-bootstrap",
    ),
    "borlabs-cookie": ("borlabs-cookie",),
    "brevo": ("sibautomation.com", "sibforms.com"),
    "calendly": ("assets.calendly.com", "calendly.com/assets"),
    "callrail": ("cdn.callrail.com",),
    "chatwoot": ("chatwoot.com/packs",),
    "cloudflare": ("/cdn-cgi/", "static.cloudflareinsights.com", "challenges.cloudflare.com"),
    "cloudflare-turnstile": ("challenges.cloudflare.com/turnstile",),
    "complianz": ("/plugins/complianz",),
    "contact-form-7": ("/plugins/contact-form-7",),
    "cookiebot": ("consent.cookiebot.com",),
    "cookieyes": ("cookieyes.com/client_data", "/plugins/cookie-law-info"),
    "crazy-egg": ("script.crazyegg.com",),
    "crisp": ("client.crisp.chat",),
    "criteo": ("static.criteo.net", "dynamic.criteo.com"),
    "disqus": ("disqus.com/embed.js",),
    "divi": ("/themes/divi/",),
    "drift": ("js.driftt.com",),
    "drupal": ("/sites/default/files", "/core/misc/drupal"),
    "duda": ("cdn-website.com", "dudamobile.com"),
    "elementor": ("/plugins/elementor",),
    "elfsight": ("apps.elfsight.com", "static.elfsight.com"),
    "facebook-pixel": ("/fbevents.js", "facebook.com/tr?id="),
    "fancybox": ("fancybox",),
    "font-awesome": ("font-awesome", "fontawesome"),
    "framer": ("framerusercontent.com", "framer.com/m/"),
    "freshchat": ("wchat.freshchat.com", "fw-cdn.com"),
    "fullstory": ("fullstory.com/s/fs.js", "edge.fullstory.com"),
    "ghost": ("cdn.jsdelivr.net/ghost/", "/ghost/portal"),
    "godaddy-website-builder": ("img1.wsimg.com/blobby/go", "img1.wsimg.com/isteam"),
    "google-ads": ("googletagmanager.com/gtag/js?id=aw-", "googleadservices.com/pagead", "googleads.g.doubleclick.net"),
    "google-analytics": (
        "googletagmanager.com/gtag/js?id=g-",
        "googletagmanager.com/gtag/js?id=ua-",
        "google-analytics.com",
    ),
    "google-fonts": ("fonts.googleapis.com/css", "fonts.googleapis.com/icon"),
    "google-maps": ("maps.googleapis.com", "google.com/maps/embed", "maps.google.com/maps", "google.com.sg/maps/embed"),
    "google-tag-manager": ("googletagmanager.com/gtm",),
    "gorgias": ("config.gorgias.chat",),
    "gravity-forms": ("/plugins/gravityforms",),
    "greenhouse": ("boards.greenhouse.io", "job-boards.greenhouse.io"),
    "gsap": ("/gsap.min.js", "/gsap@", "/tweenmax.min.js"),
    "hcaptcha": ("hcaptcha.com/1/api.js", "js.hcaptcha.com"),
    "hotjar": ("static.hotjar.com", "script.hotjar.com"),
    "htmx": ("/htmx.min.js", "htmx.org@"),
    "hubspot": ("hs-scripts.com", "hsforms.net", "hubspot.com"),
    "intercom": ("widget.intercom.io",),
    "jivochat": ("code.jivosite.com", "code.jivo.ru"),
    "joomla": ("/media/jui/", "/media/system/js/core", "/media/vendor/joomla"),
    "jotform": ("form.jotform.com", "jotform.com/jsform"),
    "jquery": ("jquery",),
    "judge-me": ("cdn.judge.me", "judge.me/"),
    "kajabi": ("kajabi-cdn.com",),
    "klaviyo": ("static.klaviyo.com", "klaviyo.com/onsite"),
    "lever": ("jobs.lever.co", "api.lever.co"),
    "lightbox": ("/lightbox.min.js", "/lightbox.js", "lightbox2/", "/lightbox-plus-jquery", "/lightbox.min.css"),
    "linkedin-insight-tag": ("snap.licdn.com", "px.ads.linkedin.com"),
    "livechat": ("cdn.livechatinc.com",),
    "lottie": ("lottie-player", "/lottie.min.js"),
    "lucky-orange": ("luckyorange.com",),
    "magento": ("/static/frontend/", "/skin/frontend/", "mage/cookies"),
    "mailchimp": ("list-manage.com", "chimpstatic.com"),
    "marketo": ("munchkin.marketo.net", "mktoforms2"),
    "matomo": ("matomo.js", "piwik.js", "matomo.php", "cdn.matomo.cloud"),
    "microsoft-ads": ("bat.bing.com",),
    "microsoft-asp-net": ("/webresource.axd", "/scriptresource.axd"),
    "microsoft-clarity": ("clarity.ms/tag", "clarity.ms/s/"),
    "mixpanel": ("cdn.mxpnl.com", "cdn.mixpanel.com"),
    "mouseflow": ("cdn.mouseflow.com",),
    "new-relic": ("js-agent.newrelic.com",),
    "nextjs": ("/_next/",),
    "nuxt": ("/_nuxt/",),
    "odoo": ("/web/assets/", "/web/content/website"),
    "olark": ("static.olark.com",),
    "omnisend": ("omnisnippet",),
    "onetrust": ("cdn.cookielaw.org", "otsdkstub.js"),
    "optimizely": ("cdn.optimizely.com",),
    "opencart": ("catalog/view/theme",),
    "owl-carousel": ("owl.carousel", "owlcarousel"),
    "pardot": ("pi.pardot.com",),
    "paypal": ("paypal.com/sdk/js", "paypalobjects.com/api"),
    "pinterest-tag": ("s.pinimg.com/ct/", "ct.pinterest.com"),
    "plausible": ("plausible.io/js",),
    "posthog": ("posthog.com/static", "i.posthog.com"),
    "prestashop": ("/themes/classic/assets/js/theme.js", "prestashop"),
    "react": ("react.production", "react-dom", "/static/js/main."),
    "recaptcha": ("google.com/recaptcha",),
    "salesforce": ("force.com/embeddedservice", "salesforceliveagent.com", "webto.salesforce.com"),
    "segment": ("cdn.segment.com",),
    "sentry": ("browser.sentry-cdn.com", "js.sentry-cdn.com"),
    "shopify": ("cdn.shopify.com", "myshopify.com"),
    "shopline": ("shoplineapp.com", "cdn.shopline"),
    "salesforce-commerce-cloud": ("demandware",),
    "sitecore": ("/-/media/", "/sitecore/"),
    "sitefinity": ("/sitefinity/", "/telerik.web.ui"),
    "slick": ("slick.min.js", "slick-carousel", "/slick/slick"),
    "slider-revolution": ("/plugins/revslider",),
    "smartsupp": ("smartsuppchat.com",),
    "snapchat-pixel": ("sc-static.net/scevent",),
    "squarespace": ("squarespace.com", "squarespace-cdn.com"),
    "statcounter": ("statcounter.com/counter",),
    "stripe": ("js.stripe.com",),
    "swiper": ("swiper-bundle", "/swiper@", "swiper.min.js"),
    "tailwind-css": ("cdn.tailwindcss.com", "tailwindcss@", "tailwind.min.css", "tailwindcss/"),
    "sveltekit": ("/_app/immutable/",),
    "tarteaucitron": ("tarteaucitron",),
    "tawk": ("embed.tawk.to",),
    "tidio": ("code.tidio.co",),
    "tiktok-pixel": ("analytics.tiktok.com",),
    "trustpilot": ("widget.trustpilot.com",),
    "typeform": ("embed.typeform.com",),
    "typo3": ("/typo3temp/", "/typo3conf/"),
    "umbraco": ("/umbraco/",),
    "usercentrics": ("app.usercentrics.eu",),
    "userway": ("cdn.userway.org",),
    "vimeo": ("player.vimeo.com",),
    "vue": ("/vue.", "/vue@"),
    "webflow": ("website-files.com", "webflow.com"),
    "weebly": ("editmysite.com", "weebly.com/weebly"),
    "wix": ("wixstatic.com", "parastorage.com"),
    "woocommerce": ("/plugins/woocommerce",),
    "wordpress": ("wp-content/", "wp-includes/"),
    "workable": ("workable.com/assets/embed",),
    "wpbakery": ("/plugins/js_composer",),
    "wpforms": ("/plugins/wpforms",),
    "x-pixel": ("static.ads-twitter.com",),
    "yandex-metrica": ("mc.yandex.ru",),
    "yoast-seo": ("/plugins/wordpress-seo",),
    "yotpo": ("staticw2.yotpo.com",),
    "youtube": ("youtube.com/embed", "youtube-nocookie.com/embed", "youtube.com/iframe_api"),
    "zendesk": ("zdassets.com", "zendesk.com"),
    "zoho-pagesense": ("cdn.pagesense.io",),
    "zoho-salesiq": ("salesiq.zoho", "salesiq.zohopublic"),
}
#: Calls in inline scripts (`loaders`) that only the snippet of one product makes.
_CALLS: dict[str, tuple[str, ...]] = {
    "amplitude": ("amplitude.",),
    "aos": ("data-aos=",),
    "borlabs-cookie": ("data-borlabs-",),
    "calendly": ("calendly.init",),
    "cloudflare": ("__cf$cv",),
    "crisp": ("crisp_website_id",),
    "drift": ("drift.load",),
    "drupal": ("drupalsettings", "drupal.settings"),
    "elementor": ("elementorfrontendconfig",),
    "facebook-pixel": ("fbq(",),
    "font-awesome": ("fa fa-", "fas fa-", "fab fa-", "fa-solid fa-"),
    "google-ads": ("aw-",),
    "gatsby": ("___gatsby",),
    "godaddy-website-builder": ("go daddy website builder",),
    "google-analytics": ("gtag(", "_gaq.push", "ga(", "_setaccount", "google-analytics.com/"),
    "google-maps": ("google.maps.map",),
    "heap": ("heap.load",),
    "hotjar": ("_hjsettings", "hjid"),
    "hubspot": ("hbspt.forms", "_hsq"),
    "intercom": ("intercomsettings", "intercom("),
    "klaviyo": ("klaviyo.push", "_learnq"),
    "linkedin-insight-tag": ("_linkedin_partner_id", "_linkedin_data_partner_ids", "lintrk("),
    "livechat": ("__lc.license", "livechatwidget"),
    "matomo": ("_paq.push",),
    "microsoft-ads": ("uetq",),
    "microsoft-asp-net": ("__viewstate",),
    "microsoft-clarity": ("clarity(",),
    "mixpanel": ("mixpanel.init",),
    "nextjs": ("__next_data__",),
    "nuxt": ("__nuxt__",),
    "owl-carousel": ("owlcarousel(",),
    "pinterest-tag": ("pintrk(",),
    "react": ("data-reactroot", "data-react-helmet", "__reactcontainer"),
    "recaptcha": ("grecaptcha.",),
    "segment": ("analytics.load(",),
    "shopify": ("shopify.theme", "shopify.shop"),
    "snapchat-pixel": ("snaptr(",),
    "squarespace": ("static.squarespace_context",),
    "styled-components": ("data-styled", 'class="sc-bdvaja'),
    "swiper": ("new swiper(",),
    "tailwind-css": ("tailwind.config",),
    "tawk": ("tawk_api",),
    "tiktok-pixel": ("ttq.load", "tiktokanalyticsobject"),
    "vue": ("data-vue-ssr-id", "data-v-app"),
    "webflow": ("webflow.push",),
    "wix": ("wixbisession",),
    "woocommerce": ("woocommerce_params", "wc_add_to_cart_params"),
    "wordpress": ("wpemojisettings",),
    "wpforms": ("wpforms_settings", "wpforms-form"),
    "x-pixel": ("twq(",),
    "yoast-seo": ("yoast-schema-graph", "<!-- this site is optimized with the yoast seo"),
    "zendesk": ("zesettings",),
}
#: Software that is made with other software.
_MADE_WITH = {"nextjs": "react", "gatsby": "react", "nuxt": "vue"}
_GENERATOR_NAMES = """
    astro blogger contao divi docusaurus drupal elementor framer gatsby ghost hugo jekyll jimdo joomla magento mobirise
    nuxt opencart prestashop rocketspark shopify shopware silverstripe sitefinity squarespace strikingly tilda typo3
    umbraco vitepress webflow webnode weebly wix woocommerce wordpress wpbakery
"""
#: What a page's generator says, and the software's name.
_GENERATORS = {name: name for name in _GENERATOR_NAMES.split()} | {
    "concrete": "concrete-cms",
    "craft cms": "craft-cms",
    "godaddy website builder": "godaddy-website-builder",
    "slider revolution": "slider-revolution",
    "site kit by google": "google-site-kit",
    "wpml": "wpml",
}
#: The host of a source, whose path may be missing.
_HOST = re.compile(r"(?:(?:https?:)?//)?((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20})(?=[/?:#]|$)")


@lru_cache(64)  # the pages of a site load much of the same
def _loaded(sources: str) -> frozenset[str]:
    return frozenset(name for name, traces in _TRACES.items() if any(trace in sources for trace in traces))


@lru_cache(64)
def _hosted(sources: str) -> frozenset[str]:
    """Returns the software of the hosts in these lines, and of the domains above each host."""
    found = set()
    for host in {match[1] for line in sources.split("\n") if (match := _HOST.match(line))}:
        parts = host.split(".")
        for first in range(len(parts) - 1):
            if name := SOFTWARE_OF_HOST.get(".".join(parts[first:])):
                found.add(name)
                break
    return frozenset(found)


def find_technology(page: Document) -> set[str]:
    """Finds the software of a page: names in lower case, from a closed list."""
    generator = page.generator.lower()
    loaded = "\n".join((*page.sources, *(trace for trace in page.loaders if "/" in trace))).lower()
    found = {name for said, name in _GENERATORS.items() if said in generator} if generator else set()
    found |= {"cloudflare"} if page.protected else set()
    found |= _loaded(loaded) | _hosted(loaded)
    found |= {_MADE_WITH[name] for name in found & _MADE_WITH.keys()}
    if not page.loaders:
        return found
    called = "\n".join(page.loaders).lower().split("\n")
    return found | {name for name, calls in _CALLS.items() if any(it.startswith(calls) for it in called)}
