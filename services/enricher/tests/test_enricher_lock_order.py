"""The order of locks in a shared transaction is a decision; a renamed or moved operation does not change it."""

from enricher.contacts import contacts, verification
from enricher.crawl import crawled_sites
from enricher.enrichment import company_facts, runs
from enricher.lock_order import LOCK_ORDER
from enricher.purchases import budgets, vendor_answers
from enricher.sites import company_sites


def test_operations_lock_in_this_order_and_the_rows_that_all_calls_share_come_last() -> None:
    assert (
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
    ) == LOCK_ORDER
