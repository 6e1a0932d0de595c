"""The invented company register: its rows, and the numbers, trades, addresses and words in them."""
