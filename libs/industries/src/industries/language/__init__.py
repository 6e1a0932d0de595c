"""Reading of texts about industries: words, spelling, phrases and grammar."""
