"""Spellings of one company or person: UENs, names, telephone numbers and e-mail addresses as people type them. Pure."""

import re
import unicodedata

import phonenumbers

REGION = "SG"
#: Words of the legal form of a private company; others, such as LLP, tell companies apart.
LEGAL_FORM = frozenset({"pte", "ltd", "private", "limited", "pvt"})
#: A mail address among names, brackets and separators.
ADDRESS = re.compile(r"[^\s<>()\[\],;:/|\"@]+@[^\s<>()\[\],;:/|\"@]+")
#: Letters of a first word that people may write with dots, such as S.G.
MAX_DOTTED = 4
#: Characters that a name must have to be searched for by its beginning.
MIN_PATTERN = 3


def normal_uen(text: object) -> str:
    """Normalises a UEN: no blanks, dots and hyphens, capital letters, no prefix `SG`."""
    bare = re.sub(r"[\s.\-]", "", str(text or "")).upper()
    return bare[2:] if bare.startswith("SG") and looks_like_uen(bare[2:]) else bare


def looks_like_uen(text: str) -> bool:
    """Whether a normalised text has the form of a UEN."""
    return len(text) in (9, 10) and text.isalnum() and text[-1].isalpha() and sum(map(str.isdigit, text)) >= 4


def uen_spellings(uen: str) -> list[str]:
    """Lists the spellings of a UEN to search for: Odoo compares texts literally."""
    spaced = f"{uen[:-1]} {uen[-1]}"
    bases = [uen, spaced, f"{uen[:-1]}-{uen[-1]}"]
    prefixed = [f"{prefix}{base}" for base in bases for prefix in ("", "SG", "SG ")]
    return [*prefixed, *(it.lower() for it in prefixed)]


def normal_name(name: object) -> str:
    """Normalises a company's name: ignores case, dots, blanks and legal form."""
    words = _words(name)
    return "".join(_without_legal_form(words))


def name_patterns(name: str) -> list[str]:
    """Lists patterns of Odoo's `=ilike` that find all spellings of a company's name; they match others too."""
    words = _without_legal_form(_words(name))
    if sum(map(len, words)) < MIN_PATTERN:
        return [name]
    plain = "%".join(words) + "%"
    first = words[0]
    if len(first) == 1 or len(first) > MAX_DOTTED or not first.isalpha():
        return [plain]
    return [plain, "%".join(["_".join(first), *words[1:]]) + "%"]


def addresses_in(kind: str, text: object, region: str = REGION) -> frozenset[str]:
    """Extracts the e-mail addresses or telephone numbers (E.164, without extension) from a field.

    Numbers without a country code are of `region`, an ISO 3166 code. Names beside mail addresses are left out.
    """
    if kind == "email":
        return frozenset(it.strip(".'").lower() for it in ADDRESS.findall(str(text or "")))
    numbers = phonenumbers.PhoneNumberMatcher(str(text or ""), region, leniency=phonenumbers.Leniency.POSSIBLE)
    return frozenset(phonenumbers.format_number(it.number, phonenumbers.PhoneNumberFormat.E164) for it in numbers)


def _words(name: object) -> list[str]:
    text = unicodedata.normalize("NFKC", str(name or "")).casefold()
    text = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", text)  # S.G. is one word
    return re.findall(r"\w+", text)


def _without_legal_form(words: list[str]) -> list[str]:
    end = len(words)
    while end > 1 and words[end - 1] in LEGAL_FORM:
        end -= 1
    return words[:end]
