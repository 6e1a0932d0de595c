"""`leadgen enrichment`: measures the findings of patterns on pages, against labels that people have set."""
