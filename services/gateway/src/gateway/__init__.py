"""Leadgen's HTTP API: chat, jobs and live progress."""
