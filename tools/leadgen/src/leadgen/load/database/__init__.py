"""PostgreSQL in a load: its connection, the staging table, and the SSIC versions in it."""
