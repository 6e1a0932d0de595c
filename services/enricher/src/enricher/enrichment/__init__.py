"""One company's enrichment: its steps in order, its result, and the tables of runs and facts."""
