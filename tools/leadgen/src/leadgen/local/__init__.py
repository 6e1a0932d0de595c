"""Leadgen on one machine: its parts and services as child processes, for demos, tests and development."""
