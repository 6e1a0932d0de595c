"""Requests, which are sent through the outbox, and the facts that follow from them, which arrive over Kafka."""
