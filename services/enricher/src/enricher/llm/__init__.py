"""Facts that a language model finds on a company's pages. A value counts only with a quote that supports it."""
