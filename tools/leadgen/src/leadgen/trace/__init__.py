"""`leadgen trace`: one company's whole history at a tenant, in order."""
