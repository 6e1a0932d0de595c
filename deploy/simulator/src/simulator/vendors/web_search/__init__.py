"""Tavily, the vendor of web search: its endpoints, its search results, and its reader of pages."""
