"""Modules that tests run as processes of their own, to kill, freeze or measure them."""
