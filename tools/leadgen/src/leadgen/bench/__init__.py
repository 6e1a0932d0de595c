"""Measurements, each as a ratio to a simple baseline in the same run."""
