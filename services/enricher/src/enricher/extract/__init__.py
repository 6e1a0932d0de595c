"""Facts and contacts that patterns find on parsed pages. Pure: no network, no database. Every fact names its page."""
