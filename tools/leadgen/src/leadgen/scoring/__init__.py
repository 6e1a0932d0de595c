"""Scores: explained, compared with the outcomes of leads, and fitted to them. Weights change only on request.

outcomes    labelled outcomes in a CSV
leads       what the database holds of scored leads
measures    how well scores tell won from lost (pure)
plotting    the same as a picture
weights     a model's weights, in a file
fitting     weights that these outcomes would have wanted
applying    a tenant's own weights, and its leads scored again
screen      explanations and figures in the terminal
command     the subcommands
"""
