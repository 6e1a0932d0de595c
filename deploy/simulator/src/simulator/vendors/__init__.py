"""The simulated vendors of enrichment, with data from the town: Tavily, Lusha, ZeroBounce and a language model."""
