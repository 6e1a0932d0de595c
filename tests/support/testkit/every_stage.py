"""Every stage of the product, with nothing behind it: for what holds of all of them."""

from collections.abc import Callable
from typing import Any

from common.handling.stage import Stage
from enricher.consumer import enricher
from nightly.consumer import nightly
from odoo_sync.consumer import odoo_sync
from scorer.consumer import scorer
from upserter.consumer import upserter

#: Nothing of these is used before an event comes.
UNUSED: Any = object()

STAGES: list[Callable[[], Stage]] = [
    lambda: upserter(UNUSED, batch_size=1, max_per_job=1),
    lambda: enricher(UNUSED, keeps_corpus=False),
    lambda: scorer(UNUSED),
    lambda: odoo_sync(UNUSED),
    lambda: nightly(UNUSED, UNUSED),
]
