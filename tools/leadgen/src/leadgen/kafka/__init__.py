"""The topics: their creation, the services' rights at the broker, and reading without a consumer group."""
