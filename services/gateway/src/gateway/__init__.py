"""Leadgen's HTTP front: chat, jobs and live progress."""
