"""The measurements, one module each; `leadgen bench NAME` runs `NAME`."""
