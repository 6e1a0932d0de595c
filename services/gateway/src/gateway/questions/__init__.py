"""Answers to questions about the tenant's own data: jobs, leads, scores, the shortlist, and changes of the ICP."""
