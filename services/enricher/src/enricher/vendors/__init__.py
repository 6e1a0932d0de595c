"""One adapter per vendor, over HTTP. None knows a database, a budget or a circuit breaker: `purchases` adds those."""
