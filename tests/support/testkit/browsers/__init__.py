"""A person at a browser, and packages from npm for scripts of a browser."""
