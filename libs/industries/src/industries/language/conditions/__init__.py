"""Conditions on companies in a text: founding years, places and sizes; and what of a text no rule has used."""
