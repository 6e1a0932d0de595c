"""Hosts that many companies share, for pages or for mailboxes. They identify no company."""

SHARED_HOSTS = frozenset(
    {
        *("facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com", "tiktok.com"),
        *("wa.me", "t.me", "linktr.ee", "google.com", "sites.google.com", "business.site", "blogspot.com"),
        *("wordpress.com", "wixsite.com", "wix.com", "weebly.com", "squarespace.com", "webflow.io", "github.io"),
        *("godaddysites.com", "shopify.com", "myshopify.com", "carousell.sg", "carousell.com", "shopee.sg"),
        *("lazada.sg", "qoo10.sg", "gmail.com", "googlemail.com", "yahoo.com", "yahoo.com.sg", "hotmail.com"),
        *("msn.com", "ymail.com", "me.com", "aol.com", "proton.me", "protonmail.com", "gmx.com", "zoho.com", "qq.com"),
        *("163.com", "126.com", "foxmail.com", "yahoo.com.my", "hotmail.sg", "outlook.sg", "magix.com.sg"),
        *("outlook.com", "live.com", "icloud.com", "singnet.com.sg", "starhub.net.sg", "pacific.net.sg"),
    }
)
