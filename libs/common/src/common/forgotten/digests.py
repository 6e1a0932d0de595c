"""Keyed digests of forgotten values: addresses, names, telephone numbers, a vendor's ids of persons, companies.

The list of digests says whether a value that someone has is forgotten, and holds no value itself. Names and numbers are
forgotten within scopes alone (a company's UEN, its website's domain): others have the same name.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["company", "email", "name", "phone", "scope", "vendor_id", "word"]

_SIZE = 16
_WORD = re.compile(r"\w+")
#: Digits of a telephone number that are compared: of Singapore's those without the country code.
_DIGITS = 8


def digest(key: bytes, kind: Kind, *values: str) -> bytes:
    """Digests a value of a kind by BLAKE2 with a key."""
    text = "\0".join((kind, *values))
    return hashlib.blake2b(text.encode(errors="surrogatepass"), key=key, digest_size=_SIZE).digest()


def words_of(name: str) -> list[str]:
    """Splits a name into words for comparison."""
    return _WORD.findall(unicodedata.normalize("NFKC", name).casefold())


def digest_name(key: bytes, scope: str, words: Collection[str]) -> bytes:
    """Digests a name in a scope, whatever the order of its words."""
    return digest(key, "name", scope, *sorted(words))


def scopes_of(*given: str | None) -> list[str]:
    """Lists scopes, such as a company's UEN and domain, in lower case and without empty ones."""
    return [it.casefold() for it in given if it]


def last_digits(phone: str) -> str:
    """Returns the digits by which a telephone number is compared."""
    return re.sub(r"\D", "", phone)[-_DIGITS:]


@dataclass(frozen=True, slots=True)
class ForgottenPerson:
    """Forgotten values of one or several persons, in plain text. `titled` are names with one of their titles each.

    A title is only removed where it follows its name.
    """

    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    titled: frozenset[tuple[str, str]] = frozenset()
    phones: frozenset[str] = frozenset()
    vendor_ids: frozenset[str] = frozenset()

    def digests(self, key: bytes, scopes: Collection[str]) -> Iterator[bytes]:
        """Yields the digests of all known values of the person, within the scopes."""
        for email in self.emails:
            yield digest(key, "email", email.lower())
        for vendor_id in self.vendor_ids:
            yield digest(key, "vendor_id", vendor_id)
        for scope in scopes:
            yield digest(key, "scope", scope)
            for words in filter(None, map(words_of, self.names)):
                yield from (digest(key, "word", scope, word) for word in words)
                yield digest_name(key, scope, words)
            for name, title in self.titled:
                yield digest_name(key, scope, words_of(name) + words_of(title))
            for phone in self.phones:
                yield digest(key, "phone", scope, last_digits(phone))


@dataclass(frozen=True, slots=True)
class ForgottenList:
    """The digests of all forgotten people and companies; false if there are none."""

    key: bytes = b""
    digests: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.digests)

    def has(self, kind: Kind, *values: str) -> bool:
        """Whether the value is forgotten."""
        return digest(self.key, kind, *values) in self.digests

    def has_name(self, scope: str, words: Collection[str]) -> bool:
        """Whether a person of this name is forgotten within the scope."""
        return digest_name(self.key, scope, words) in self.digests

    def has_company(self, uen: str | None) -> bool:
        """Whether all personal data of the company is forgotten."""
        return bool(self.digests) and uen is not None and self.has("company", uen.upper())
