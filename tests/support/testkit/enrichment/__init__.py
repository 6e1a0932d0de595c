"""The enricher in parts: extraction, guarded calls to vendors, a language model that answers by a script."""
