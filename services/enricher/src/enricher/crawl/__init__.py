"""Visits to company websites, within robots.txt, crawl delays and limits. All tenants share what was seen."""
