"""Handlers of events: how they are declared, the workers that run them, and the outcome of the events."""
