"""Instruments of measurements: memory and processor time, statements, calls, waits, and a cheap HTTP client."""
