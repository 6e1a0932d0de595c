"""Digits on a page: labels beside a number, digits of other kinds, the country of a number without its code."""
