"""`leadgen trace`: one company's whole story at a tenant, in order."""
