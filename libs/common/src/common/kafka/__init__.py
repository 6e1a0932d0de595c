"""Kafka clients that are always closed, and record batches that are read and written within bounds."""
