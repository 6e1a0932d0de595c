"""A server's reply while its body is still arriving, and its headers."""

import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

#: Names for "as it is".
_NO_CODING = frozenset({"", "identity", "none"})
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and headers of a reply. `parts` are those of its body, without chunk framing, still compressed."""

    status: int
    headers: Iterable[tuple[bytes, bytes]]
    parts: AsyncGenerator[bytes]

    def header(self, name: bytes) -> str:
        """Returns the first header of this name, in lower case; an empty text if there is none."""
        value = next((value for key, value in self.headers if key.lower() == name), b"")
        return value.decode("utf-8", "replace").strip()

    def codings(self, name: bytes) -> list[str]:
        """The codings that all headers of this name list, in lower case, without those that change nothing."""
        lists = [value.decode("latin-1").lower() for key, value in self.headers if key.lower() == name]
        return [it for it in (part.strip() for part in ",".join(lists).split(",")) if it not in _NO_CODING]

    def validator(self, name: bytes) -> str | None:
        """Returns the validator if it may be sent back, else `None`."""
        value = self.header(name)
        return value if _VALIDATOR.fullmatch(value) else None

    @property
    def content_type(self) -> tuple[str, str | None]:
        """Splits a content type: ("text/html", "utf-8") for `text/html; charset=utf-8`."""
        kind, *parameters = self.header(b"content-type").split(";")
        charsets = [
            value for key, _, value in (part.partition("=") for part in parameters) if key.strip().lower() == "charset"
        ]
        return kind.strip().lower(), charsets[0] if charsets else None
