"""Recognises other organisations on a page, whose numbers, addresses and people are not the company's."""
