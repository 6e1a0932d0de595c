"""Measurements, each as a ratio to a bare way of doing the same in the same run."""
