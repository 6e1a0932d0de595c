"""Tables in PostgreSQL, one module each, and the language model."""
