"""Routes of background jobs and requested enrichments, and of their progress."""
