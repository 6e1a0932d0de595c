"""The subject of a request to be forgotten: an e-mail address, or a company by its UEN. Pure."""

import re
from typing import Literal, NamedTuple

from common.errors import Permanent
from common.forgotten.digests import Kind, digest

_EMAIL = re.compile(r"\w[\w.%+'-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
#: The three forms of a UEN: businesses, local companies, other entities.
_UEN = re.compile(r"\d{8}[A-Z]|\d{9}[A-Z]|[RST]\d{2}[A-Z]{2}\d{4}[A-Z]")


class NoSubject(Permanent):
    """The text is neither an e-mail address nor a UEN."""


class Subject(NamedTuple):
    """An e-mail address in lower case, or a UEN in upper case."""

    kind: Literal["email", "company"]
    value: str

    @property
    def domain(self) -> str | None:
        return self.value.partition("@")[2] or None

    def digest(self, key: bytes) -> bytes:
        """Returns the subject's digest, by which it is recognised and recorded."""
        kind: Kind = self.kind
        return digest(key, kind, self.value)


def parse(text: str) -> Subject:
    """Parses an argument. Raises NoSubject without the text, which may be personal."""
    given = text.strip()
    if _EMAIL.fullmatch(given):
        return Subject("email", given.lower())
    if _UEN.fullmatch(given.upper()):
        return Subject("company", given.upper())
    raise NoSubject("this is neither an e-mail address (someone@acme.com.sg) nor a UEN (201912345K)")
