"""Kafka clients that end in order, and its record batches read and written within bounds."""
