"""People on a page: their names, their job titles, and who stands beside which address."""
