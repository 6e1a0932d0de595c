"""Forms of HTTP answers (problem documents, event streams, CSV, cursors), their document, and other origins."""
