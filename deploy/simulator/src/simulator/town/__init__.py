"""The town of company websites: the character of each site, its pages, and its answers."""
