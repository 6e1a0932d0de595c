"""The PostgreSQL of a load: its connection, the staging table, and the versions of codes in it."""
