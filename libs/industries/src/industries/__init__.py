"""Resolves industry words to codes of Singapore's classification (SSIC)."""
