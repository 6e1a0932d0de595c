"""People on a page: their names, their job titles, and the addresses beside them."""
