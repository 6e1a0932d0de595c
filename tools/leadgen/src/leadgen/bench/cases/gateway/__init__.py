"""Measurements of the gateway: list pages, streams, the first byte of a chat."""
