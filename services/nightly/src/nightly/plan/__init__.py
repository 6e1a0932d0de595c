"""A night's plan: the companies that are selected or given, and the plan as text. Pure."""
