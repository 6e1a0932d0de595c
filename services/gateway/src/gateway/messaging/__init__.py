"""Requests, which leave through the outbox, and the facts that come back over Kafka."""
