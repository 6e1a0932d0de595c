"""The tenants: their caps, users, tokens, API keys and profile, and lists of their leads and jobs."""
