"""Conditions on companies in a text: founding years, places and sizes; and parts of a text that no rule has used."""
