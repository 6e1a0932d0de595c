"""Facts that a language model finds in a company's pages. A value counts only with a quote that supports it."""
