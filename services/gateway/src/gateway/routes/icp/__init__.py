"""Routes of the ideal customer profile, and of words for industries."""
