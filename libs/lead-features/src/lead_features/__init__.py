"""The stored form of a score's features, shared by the service that writes it and those that read it."""
