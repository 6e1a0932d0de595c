"""Parses one telephone number from a link or from structured data."""

import re
from functools import lru_cache

import phonenumbers

#: The zeros that stand for a plus sign.
ZEROS = re.compile(r"(?<![\d+])(?<!\d[\s.-])00 ?(?=[1-9]\d{0,2}[\s().-]{0,2}\d)")
#: "+65 (0)6123 4567": the zero is for calls from inside.
INSIDE = re.compile(r"(?<=\d) ?\(0\) ?(?=\d)")


@lru_cache(1_000)  # the pages of a site repeat its numbers
def parsed(text: str, region: str) -> str | None:
    """Returns the number in E.164 if it is valid; without a country code it belongs to the region."""
    try:
        number = phonenumbers.parse(INSIDE.sub("", ZEROS.sub("+", text[:40])), region)
    except phonenumbers.NumberParseException:
        return None
    return e164(number) if phonenumbers.is_valid_number(number) else None


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
