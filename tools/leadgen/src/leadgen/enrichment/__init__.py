"""`leadgen enrichment`: measures what patterns find on pages, against labels that somebody set by eye."""
