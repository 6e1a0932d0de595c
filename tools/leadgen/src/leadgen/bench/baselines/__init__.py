"""Baselines that measurements compare the product with: the simplest program that does the same work."""
