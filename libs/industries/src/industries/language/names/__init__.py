"""Names of industries: titles, index entries and vocabulary as phrases, and a text split into them."""
