"""The report on a night, as a web page, as text and by e-mail."""
