"""Parts of a page as its HTML shows them: markup, marks of people and faxes, structured data, where it leads on."""
