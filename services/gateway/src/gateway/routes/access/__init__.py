"""Routes of the caller, and of the users and API keys of a tenant."""
