"""Numbers in a text, in digits or in words, for comparing two texts. Pure.

Words for indefinite numbers count too ("dozens", "%", "twice"). In doubt, two spellings of a number count as two
numbers: the worst effect is that a correct answer is refused.
"""

import re
import unicodedata

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?: ?(?:k|m|mn|mio|bn|b|x|th|st|nd|rd)\b)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?[a-z]*")
_ROMAN = re.compile(r"\b[IVXLCDM]{2,}\b")
#: A punctuation mark between two words ends a number.
_WORD = re.compile(r"[a-z]+|[^a-z\s-]")

_ONES = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_UNITS = {word: number for number, word in enumerate(_ONES.split())}
_TEN_TIMES = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * number for number, word in enumerate(_TEN_TIMES.split()) if number > 1}
#: Words for definite or indefinite numbers; each counts as a number of its own.
_OTHERS = """
    hundred thousand million billion trillion dozen score tens hundreds thousands millions billions dozens scores
    percent percentage pct cent lakh crore
    half halves third thirds quarter quarters fourth fifth sixth seventh eighth ninth tenth first second
    single double doubled doubling triple tripled quadruple twice thrice couple pair pairs trio duo twin twofold
    several many few majority minority decade decades century centuries fortnight
"""
_STANDING = frozenset(_OTHERS.split())
_FOLD = re.compile(rf"\b({'|'.join([*_UNITS, *_TENS])}|\d+)[ -]?fold\b")


def numbers(text: str) -> set[str]:
    """Finds the numbers in a text: as digits if it has them, else as words."""
    found = {letter for letter in text if letter.isnumeric() and not letter.isdecimal()}  # such as ½
    text = unicodedata.normalize("NFKC", text)
    found |= {_normalised(match) for match in _NUMBER.findall(text)}
    found |= set(_ROMAN.findall(text))
    text = text.lower()
    found |= {f"{match}fold" for match in _FOLD.findall(text)}
    found |= _spelled(_WORD.findall(text))
    return found | {sign for sign in "%‰" if sign in text}


def _spelled(words: list[str]) -> set[str]:
    """Finds numbers in words: "twenty-five" is 25, and neither 20 nor 5."""
    found, tens = set(), 0
    for word in [*words, ""]:
        unit = _UNITS.get(word)
        if tens and unit is not None and 0 < unit < 10:
            found.add(str(tens + unit))
            tens = 0
            continue
        if tens:
            found.add(str(tens))
        tens = _TENS.get(word, 0)
        if unit is not None:
            found.add(str(unit))
        elif word in _STANDING:
            found.add(word)
    return found


def _normalised(number: str) -> str:
    """Removes thousands separators and converts digits to ASCII; keeps suffixes that change the number, such as "k"."""
    plain = "".join(str(unicodedata.decimal(it)) if it.isdecimal() else it for it in number.lower().replace(" ", ""))
    return plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain
