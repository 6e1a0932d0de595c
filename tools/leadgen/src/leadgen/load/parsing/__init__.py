"""Rows of the register: valid ones in batches, invalid ones with their reasons."""
