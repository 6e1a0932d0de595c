"""The town of company websites: the properties of each site, its pages, and its answers."""
