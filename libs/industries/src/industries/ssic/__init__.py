"""The classification: its hierarchy, its versions, and the concordance between them."""
