"""The topics: created, with the services' rights at the broker, and read without a consumer group."""
