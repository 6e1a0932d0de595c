"""Words for numbers in a sentence. Pure."""


def counted(number: int, thing: str, things: str = "") -> str:
    """Writes a count with its noun: `1 lead`, `2,000 leads`; `things` is the plural unless it is `thing` with an s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
