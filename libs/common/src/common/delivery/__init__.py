"""Delivery without loss: what comes from Kafka into the inbox, and what goes from the outbox to Kafka."""
