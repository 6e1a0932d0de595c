"""A tenant's ideal customer profile: its normalisation and its storage."""
