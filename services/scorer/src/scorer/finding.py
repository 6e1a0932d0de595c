"""What was found about a criterion: the finding's name in the model, the words that show it, and where they stand."""

from typing import NamedTuple

#: The source of what the register says.
REGISTER = "register"


class Finding(NamedTuple):
    """`evidence` says it in words, `source` is a URL, or REGISTER; `clause` is its part of the rationale, if any."""

    name: str
    evidence: str
    source: str | None
    clause: str = ""


def plain(text: str, longest: int) -> str:
    """One line, single spaces, nothing unprintable, not too long: sites and registers hold anything."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = " ".join(text[: 8 * longest].split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
