"""A tenant's leads: explanations of their scores, shortlists, and feedback."""
