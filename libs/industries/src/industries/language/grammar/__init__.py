"""Grammar of names and activities: the mentions of industries in a request."""
