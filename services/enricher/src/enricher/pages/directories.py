"""Directories and other sites that name many companies, and so are never a company's own site."""

from enricher.pages.urls import name_and_suffix, site_of

_OF_SINGAPORE = """
    asiafind.com.sg bizfile.sg biznetsg.com bizsg.com carousell.sg companies.sg companydirectory.sg companysearch.sg
    constructionplus.sg eguide.com.sg greenbook.sg hardwarezone.com.sg insing.com ltddir.com mustsharenews.com
    opengovsg.com propertyguru.com.sg recordowl.com sgcarmart.com sgdir.com sginvestors.io sgp-business.com
    sgpbusiness.com sgpcompany.com sgpgrid.com sgx.com shopsinsg.com singaporecompaniesdirectory.com smeportal.sg
    streetdirectory.com thegreenbook.com theonestopsingapore.com timesbusinessdirectory.com tendersinfo.com
    tenderboard.biz yellowpages.com.sg
"""
_OF_THE_WORLD = """
    about.me allbiz.com angel.co apollo.io archive.org bbb.org bing.com bloomberg.com brandfetch.com brownbook.net
    builtwith.com businessinsider.com carrd.co cbinsights.com clutch.co companieshouse.gov.uk contactout.com
    coresignal.com crunchbase.com datanyze.com dbs.com dnb.com duckduckgo.com emis.com eworldtrade.com
    expertini.com factiva.com fashionunited.com finance.yahoo.com forbes.com ft.com g2.com getapp.com github.com
    gitlab.com globaldata.com globalspec.com goodfirms.co growjo.com hunter.io importyeti.com issuu.com leadiq.com
    linktr.ee lusha.com manta.com mapquest.com marketscreener.com medium.com moneysmart.sg nikkei.com
    northdata.com notion.site openstreetmap.org opencorporates.com panjiva.com pitchbook.com prnewswire.com quora.com
    researchgate.net reuters.com rocketreach.co scribd.com seamless.ai signalhire.com similarweb.com sitejabber.com
    slideshare.net statista.com substack.com sulekha.com theorg.com tofler.in tracxn.com trademo.com trustpilot.com
    volza.com waze.com wikidata.org wikimapia.org wsj.com zaubacorp.com zoominfo.com
"""
_PRESS = """
    asiaone.com businesstimes.com.sg channelnewsasia.com e27.co mothership.sg scmp.com straitstimes.com tatlerasia.com
    techinasia.com theedgesingapore.com tnp.sg todayonline.com vulcanpost.com zaobao.com.sg
"""
#: Names used under many suffixes: amazon.sg, amazon.com.
_EVERYWHERE = """
    agoda airbnb alibaba aliexpress amazon baidu behance booking carousell chope cylex deliveroo dribbble dun ebay etsy
    eventbrite europages expedia facebook fb fiverr flickr foodpanda foursquare freelancer glassdoor globalsources
    google grab hotfrog hungrygowhere indeed indiamart infobel instagram jobsdb jobstreet jora kompass lazada linkedin
    made-in-china mycareersfuture naver nodeflair pinterest qoo10 reddit shopee snapchat soundcloud spotify taobao
    telegram threads tiktok thomasnet tradeindia tripadvisor tumblr twitter upwork vimeo weibo whatsapp wikipedia x
    xiaohongshu yahoo yandex yellowpages yelp youtube zhihu
"""
_SITES = frozenset(f"{_OF_SINGAPORE} {_OF_THE_WORLD} {_PRESS}".split())
_NAMES = frozenset(_EVERYWHERE.split())
_OF_STATES = frozenset({"gov", "mil", "int"})


def is_directory(host: str) -> bool:
    """True for directories, marketplaces, social and job sites, the press, and sites of governments."""
    name, suffix = name_and_suffix(host)
    return site_of(host) in _SITES or name in _NAMES or not _OF_STATES.isdisjoint(suffix.split("."))
