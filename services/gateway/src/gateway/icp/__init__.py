"""A tenant's ideal customer profile: how input is normalised, and where it is stored."""
