"""Plans, publishes and follows the night of every active tenant."""
