"""One adapter per vendor, over HTTP. None knows a database, a budget or a breaker: `calling` puts those around them."""
