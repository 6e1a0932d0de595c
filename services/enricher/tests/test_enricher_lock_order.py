"""The order of locks in a shared transaction is a decision; a renamed or moved operation does not change it."""

from enricher import budgets, company_facts, company_sites, contacts, crawled_sites, runs, vendor_answers, verifying
from enricher.lock_order import LOCK_ORDER


def test_operations_lock_in_this_order_and_the_rows_that_all_calls_share_come_last() -> None:
    assert (
        verifying.find_known,
        vendor_answers.renew,
        vendor_answers.leave,
        vendor_answers.keep,
        vendor_answers.forget,
        vendor_answers.find_or_claim,
        runs.save,
        crawled_sites.leave,
        crawled_sites.keep,
        crawled_sites.forget_texts,
        crawled_sites.find_or_claim,
        crawled_sites.claim,
        contacts.save,
        company_sites.save,
        company_sites.find,
        company_facts.keep,
        budgets.find_used,
        budgets.count_units,
    ) == LOCK_ORDER
