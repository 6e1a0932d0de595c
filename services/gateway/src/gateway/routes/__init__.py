"""HTTP routes, one package per subject and one module per resource."""
