"""The vendors that enrichment buys from, played from the town: Tavily, Lusha, ZeroBounce and a language model."""
