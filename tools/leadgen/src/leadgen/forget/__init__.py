"""`leadgen forget`: removes a person, or all persons of a company, from all tables, and keeps them from returning."""
