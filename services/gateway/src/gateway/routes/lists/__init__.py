"""Routes of companies: leads, candidates, shortlists, and a company on its own."""
