"""The measurements, one module or package each; `leadgen bench NAME` runs `NAME`."""
