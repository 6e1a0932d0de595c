"""The measurements, a module or a package each; `leadgen bench NAME` runs `NAME`."""
