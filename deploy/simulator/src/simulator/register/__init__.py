"""The made-up company register: its rows, with their numbers, trades, addresses and words."""
