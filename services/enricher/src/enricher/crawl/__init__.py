"""Visits to company websites, within robots.txt, crawl delays and limits. Their results are shared by all tenants."""
