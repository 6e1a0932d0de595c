"""One HTTP request of the crawler: allowed addresses, connections, limits, and the text of the answer."""
