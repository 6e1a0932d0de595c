"""The outbox: a service's announcements on their way to Kafka, and the relay that sends them."""

from common.delivery.outbox.announcements import EventTemplate, announce, save, sendables

__all__ = ["EventTemplate", "announce", "save", "sendables"]
