"""Postal addresses of the company: in Singapore, and in the forms of other countries."""
