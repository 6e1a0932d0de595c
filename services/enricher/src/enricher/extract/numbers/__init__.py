"""Digits on a page: labels beside a number, digits that are no number, the country of one without a code."""
