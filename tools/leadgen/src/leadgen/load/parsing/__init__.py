"""Rows of the register: good ones in batches, bad ones with their reasons."""
