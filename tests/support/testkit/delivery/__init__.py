"""Parts for tests of delivery: rows of outboxes, record batches by hand, workers woken without a runtime."""
