"""Removal of forgotten values from JSON and texts. Pure.

A record of a forgotten person (a contact, a person of a team page, a vendor's prospect) is dropped as a whole; in texts
each forgotten address, name and number is replaced. What is left has the shape that it had, so it can still be read.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from common.forgotten.digests import ForgottenList, last_digits, scopes_of, words_of

REMOVED = "[removed]"

#: The parts of an address from its @ on, which is found quickly, and before it.
_DOMAIN = re.compile(r"@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MAILBOX = re.compile(r"(?<!\w)\w[\w.%+'-]{0,63}\Z")
_LONGEST_MAILBOX = 64
#: Characters that are stuck to an address but not of it: an escaped line end, an encoded blank, a word before it; and
#: the next sentence where the blank is missing.
_BEFORE = re.compile(
    r"(?:(?<=\\)(?:[nrtbf]|u[0-9a-fA-F]{4})|(?:[^@]*%)?(?<=%)[0-9a-fA-F]{2}|(?:e-?)?mail-)+", re.IGNORECASE
)
_AFTER = re.compile(r"(?:\.[A-Z][a-z]*)+\Z")
_PHONE = re.compile(r"(?<![\w.])\+?\d[\d ().-]{6,18}\d(?!\w)")
_SCOPES = re.compile(r'"(?:uen|website_domain)":\s*"([^"\\]{1,253})"')
_WORD = re.compile(r"\w+")
#: The most words of a name with its title, and characters between two of them.
_MOST_WORDS, _MOST_BETWEEN = 10, 3
#: Values of a company: its own, and public.
_OF_COMPANY = frozenset({"uen", "name", "name_key", "address", "website_domain"})
#: Values beside a person's name that say nothing without it.
_BESIDE = frozenset({"title", "function", "phone", "mobile"})
_FACT = frozenset({"field", "value", "source_url"})
_NAMING = frozenset({"name", "email", "email_from", "contact_name"})

#: Stands for a record that is dropped.
DROPPED: Final = object()


class Redaction:
    """Removes forgotten values from data that belongs to these scopes: UENs and domains of companies.

    With `is_whole`, removes all persons, facts and addresses: the values are those of a company that is forgotten.
    """

    def __init__(self, forgotten: ForgottenList, scopes: Iterable[str] = (), *, is_whole: bool = False) -> None:
        given = {scope.casefold() for scope in scopes}
        self._forgotten = forgotten
        self._scopes = [scope for scope in sorted(given) if forgotten.has("scope", scope)]
        self._is_whole = is_whole
        self._known_words: dict[str, bool] = {}

    def value(self, value: Any) -> Any:
        """Returns the value without forgotten parts; DROPPED for the record of a forgotten person."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [it for it in map(self.value, value) if it is not DROPPED]
        if isinstance(value, dict):
            return self._record(value)
        return value

    def text(self, text: str) -> str:
        """Replaces forgotten addresses, and names and telephone numbers that are forgotten within the scopes."""
        text = self._without_addresses(text)
        if self._scopes:
            text = self._without_names(_PHONE.sub(self._number, text))
        return text

    def _record(self, record: Mapping[str, Any]) -> Any:
        if self._is_forgotten(record):
            return DROPPED
        kept = _OF_COMPANY if "uen" in record else frozenset()
        found = {name: it if name in kept else self.value(it) for name, it in record.items()}
        found = {name: None if it is DROPPED else it for name, it in found.items()}
        if any(name in record and found[name] != record[name] for name in _NAMING - kept):
            found |= {name: REMOVED for name in _BESIDE if isinstance(found.get(name), str)}
        return found

    def _is_forgotten(self, record: Mapping[str, Any]) -> bool:
        """Whether to drop a record: a forgotten person's, a fact about one, or any of a forgotten company."""
        if not _is_of_person(record):
            return record.keys() >= _FACT and (self._is_whole or self.value(record["value"]) != record["value"])
        return (
            self._is_whole
            or any(self._forgotten.has("email", it) for it in emails_of(record))
            or self._has_vendor_id(record.get("vendor_id"))
            or any(
                self._forgotten.has_name(scope, words)
                for words in map(words_of, names_of(record))
                if words
                for scope in self._scopes
            )
            or any(self._has_phone(it) for it in phones_of(record))
        )

    def _has_vendor_id(self, vendor_id: object) -> bool:
        return isinstance(vendor_id, str) and self._forgotten.has("vendor_id", vendor_id)

    def _has_phone(self, phone: str) -> bool:
        return any(self._forgotten.has("phone", scope, last_digits(phone)) for scope in self._scopes)

    def _without_addresses(self, text: str) -> str:
        kept, done = [], 0
        for start, end in addresses_in(text) if self._is_whole else forgotten_in(text, self._forgotten):
            kept += [text[done:start], REMOVED]
            done = end
        return "".join([*kept, text[done:]]) if kept else text

    def _number(self, found: re.Match[str]) -> str:
        return REMOVED if self._has_phone(found[0]) else found[0]

    def _without_names(self, text: str) -> str:
        """Replaces each longest run of words that is a forgotten name, with or without its title."""
        words = [(it.start(), it.end()) for it in _WORD.finditer(text)]
        folded = [text[start:end].casefold() for start, end in words]
        kept, done, at = [], 0, 0
        while at < len(words):
            length = self._length_of_name(words, folded, at)
            if length:
                kept += [text[done : words[at][0]], REMOVED]
                done = words[at + length - 1][1]
            at += length or 1
        return "".join([*kept, text[done:]]) if kept else text

    def _length_of_name(self, words: list[tuple[int, int]], folded: list[str], at: int) -> int:
        """Returns the number of words from here on that are a forgotten name; 0 if none."""
        if not self._begins_name(folded[at]):
            return 0
        most = 1
        while (
            most < _MOST_WORDS
            and at + most < len(words)
            and words[at + most][0] - words[at + most - 1][1] <= _MOST_BETWEEN
        ):
            most += 1
        for length in range(most, 1, -1):  # a single word is too little to be a name in a text
            run = folded[at : at + length]
            if any(self._forgotten.has_name(scope, run) for scope in self._scopes):
                return length
        return 0

    def _begins_name(self, word: str) -> bool:
        """Whether the word is a part of a forgotten name."""
        if word not in self._known_words:
            self._known_words[word] = any(self._forgotten.has("word", scope, word) for scope in self._scopes)
        return self._known_words[word]


def addresses_in(text: str) -> Iterator[tuple[int, int]]:
    """Yields start and end of each e-mail address."""
    done = 0
    for found in _DOMAIN.finditer(text):
        at = found.start()
        first = max(done, at - _LONGEST_MAILBOX - 1)
        if mailbox := _MAILBOX.search(text, first, at):
            yield mailbox.start(), found.end()
            done = found.end()


def forgotten_in(text: str, forgotten: ForgottenList) -> Iterator[tuple[int, int]]:
    """Yields start and end of each forgotten address."""
    for start, end in addresses_in(text):
        before, after = _BEFORE.match(text, start), _AFTER.search(text, start, end)
        starts = [start, *([before.end()] if before else [])]
        ends = [end, *([after.start()] if after else [])]
        for place in ((first, last) for first in starts for last in ends):
            if forgotten.has("email", text[slice(*place)].lower()):
                yield place
                break


def texts_in(value: Any) -> Iterator[str]:
    """Yields the texts within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for it in value.values() if isinstance(value, dict) else value:
            yield from texts_in(it)


def _is_of_person(record: Mapping[str, Any]) -> bool:
    names = record.keys()
    return (
        ("kind" in names and "value" in names and record["kind"] in ("email", "phone"))
        or ("title" in names and ("name" in names or "full_name" in names or "first_name" in names))
        or ("vendor_id" in names and "outcome" not in names)
    )


def persons_in(value: Any) -> Iterable[Mapping[str, Any]]:
    """Yields the records of persons within a JSON value."""
    if isinstance(value, dict):
        if _is_of_person(value):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for it in value:
            yield from persons_in(it)


def emails_of(record: Mapping[str, Any]) -> list[str]:
    """Lists the addresses of a person's record, in lower case."""
    given = [record.get("email"), record.get("value") if record.get("kind") == "email" else None]
    others = record.get("emails")
    given += [it[0] for it in others if isinstance(it, list) and it] if isinstance(others, list) else []
    return [it.lower() for it in given if isinstance(it, str) and it]


def names_of(record: Mapping[str, Any]) -> list[str]:
    """Lists the names of a person's record."""
    parts = [record.get("first_name"), record.get("last_name")]
    given = [record.get("name"), record.get("full_name"), " ".join(it for it in parts if isinstance(it, str))]
    return [it for it in given if isinstance(it, str) and it.strip()]


def phones_of(record: Mapping[str, Any]) -> list[str]:
    """Lists the telephone numbers of a person's record."""
    given = [record.get("phone"), record.get("value") if record.get("kind") == "phone" else None]
    return [it for it in given if isinstance(it, str) and last_digits(it)]


def scopes_in(body: Any) -> list[str]:
    """Lists the scopes of an event: its company's UEN and domain."""
    company = body.get("company") if isinstance(body, dict) else None
    if not isinstance(company, dict):
        return []
    return scopes_of(*(it for name in ("uen", "website_domain") if isinstance(it := company.get(name), str)))


def may_hold(body: bytes, forgotten: ForgottenList) -> bool:
    """Whether a message names a forgotten address, or a company with something forgotten. Faster than redaction."""
    text = body.decode("utf-8", "replace")
    return any(True for _ in forgotten_in(text, forgotten)) or any(
        _is_named(it, forgotten) for it in _SCOPES.findall(text)
    )


def _is_named(scope: str, forgotten: ForgottenList) -> bool:
    """Whether something in the scope is forgotten, or the whole scope."""
    return forgotten.has("scope", scope.casefold()) or forgotten.has("company", scope.upper())


def redacted_body(body: bytes, forgotten: ForgottenList, scopes: Collection[str] = ()) -> bytes:
    """Returns a message's body without forgotten values; the same bytes if there are none.

    Takes a bundle of bodies too, and any other bytes as a text. `scopes` are those of a body that names no company.
    What is compressed stays as it is.
    """
    if not (any(_is_named(it, forgotten) for it in scopes) or may_hold(body, forgotten)):
        return body
    if b"\t" in body:  # a bundle: our JSON has no tabs
        lines = (line.split(b"\t", 2) for line in body.split(b"\n"))
        return b"\n".join(b"\t".join(_redacted_json(part, forgotten, scopes) for part in line) for line in lines)
    return _redacted_json(body, forgotten, scopes)


def _redacted_json(body: bytes, forgotten: ForgottenList, scopes: Collection[str]) -> bytes:
    try:
        value = orjson.loads(body)
        own = scopes_in(value)
        is_whole = any(map(forgotten.has_company, own))
        redacted = Redaction(forgotten, own or scopes, is_whole=is_whole).value(value)
        return body if redacted == value else orjson.dumps(None if redacted is DROPPED else redacted)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):  # no JSON, or nested too deeply
        text = body.decode("utf-8", "surrogateescape")
        return Redaction(forgotten, scopes).text(text).encode("utf-8", "surrogateescape")
