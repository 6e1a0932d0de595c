"""Delivery without loss: from Kafka into the inbox, and from the outbox to Kafka."""
