"""The year in which a company was founded."""
