"""Handlers of events: their declaration, the workers that run them, and the ends of what they handled."""
