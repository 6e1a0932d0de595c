"""Web pages as parsed documents: text, links, JSON-LD and kinds. Pure: no network, no database."""
