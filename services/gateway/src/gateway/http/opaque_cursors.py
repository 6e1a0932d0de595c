"""Positions in lists as opaque texts, which clients send back unchanged. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from gateway.http.problems import Problem


def as_cursor(text: str) -> str:
    """Encodes the text of a position."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def text_of(cursor: str) -> str:
    """Decodes the text of a position. Raises ValueError for a text that is no cursor."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()


def not_understood(cursor: str) -> Problem:
    """Builds the 422 for a text that is no valid cursor of the list."""
    return Problem(
        422, "Cursor not understood", f"{cursor!r} is not a valid cursor; send the cursor of a page unchanged."
    )
