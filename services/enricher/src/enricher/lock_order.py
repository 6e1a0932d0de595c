"""The order in which a shared transaction of the enricher runs its operations, and so locks rows."""

from typing import Any, Final

from common.handling.group_commit import Operation
from enricher.contacts import contacts, verification
from enricher.crawl import crawled_sites
from enricher.enrichment import company_facts, runs
from enricher.purchases import budgets, vendor_answers
from enricher.sites import company_sites

#: Budgets come last: all calls of a tenant to one vendor change the same row.
LOCK_ORDER: Final[tuple[Operation[Any, Any], ...]] = (
    verification.find_known,
    vendor_answers.renew,
    vendor_answers.release,
    vendor_answers.save,
    vendor_answers.delete_answers,
    vendor_answers.find_or_claim,
    runs.save,
    crawled_sites.release,
    crawled_sites.save,
    crawled_sites.delete_old_texts,
    crawled_sites.find_or_claim,
    crawled_sites.claim,
    contacts.save,
    company_sites.save,
    company_sites.find,
    company_facts.save,
    budgets.find_used,
    budgets.count_units,
)
