"""Singapore's postal districts, and the day in Singapore."""
