"""Forms of HTTP answers (problem documents, event streams, CSV, cursors), the OpenAPI document, and CORS."""
