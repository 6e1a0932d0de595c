"""Normalises values so that two spellings of the same thing are equal, as a sales rep would read them."""

import re
from typing import Final

_SIGNS = re.compile(r"[^\w@+.]+")
#: Forms of address before a person's name, which the enricher gives without them.
_HONORIFICS = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mdm|madam|dr|prof|professor|rev|capt|captain|sir|dame|lord|lady|baroness|ir|ar|er|encik|puan"
    r"|cik|tuan|haji|hajah|dato|datuk|datin|tan sri|ibu|bapak|herr|frau|hr|mme|dipl\.-ing|uncle|auntie)\b"
    r"[.'’]?\s{1,3}){1,3}",
    re.IGNORECASE,
)
#: Letters of degrees and memberships behind a person's name: "Mei Tan MRICS | Director", "Mei Tan, J.D. | Partner".
_LETTERS = re.compile(r"(?<=[a-z])(?:,? (?:[A-Z][a-z]?\.?){2,6}){1,4}(?= \|)")

#: "S(639224)", "S639224", "(S) 639224".
_SINGAPORE_CODE = re.compile(r"\(?\bs\)?\s?\(?(?=\d{6}\b)")
#: The country before a postal code: "CH-7482", "D-10115".
_CODE_PREFIX = re.compile(r"\b[a-z]{1,3}-(?=\d{4,5}\b)")
_WORDS = re.compile(r"[^\W_]+")
_COUNTRIES: Final = (
    "singapore|malaysia|indonesia|thailand|philippines|vietnam|india|china|japan|nippon|hong kong|taiwan|australia"
    "|new zealand|united kingdom|england|scotland|wales|uk|united states of america|united states|usa|canada|ireland"
    "|germany|deutschland|austria|österreich|switzerland|schweiz|suisse|svizzera|liechtenstein|france|belgium|belgië"
    "|belgique|netherlands|nederland|the netherlands|luxembourg|italy|italia|spain|españa|portugal|denmark|danmark"
    "|sweden|sverige|norway|norge|finland|suomi|poland|polska"
    "|sg|my|id|th|ph|vn|in|cn|jp|hk|tw|au|nz|gb|us|ca|ie|de|at|ch|fr|be|nl|lu|it|es|pt|dk|se|no|fi|pl"
)
_COUNTRY_AT_END = re.compile(rf"[\s,.]+(?:{_COUNTRIES})\W*$")
_SHORT: Final = {
    "st": "street",
    "str": "strasse",
    "straße": "strasse",
    "rd": "road",
    "ave": "avenue",
    "dr": "drive",
    "cres": "crescent",
    "blvd": "boulevard",
    "blk": "block",
    "jln": "jalan",
    "jl": "jalan",
    "lor": "lorong",
    "ste": "suite",
    "bldg": "building",
    "ctr": "centre",
    "center": "centre",
}
_TECHNOLOGY_END = re.compile(r"\.?js$|\.(?:to|io|com)$")
#: Renamed products.
_RENAMED: Final = {"metapixel": "facebookpixel", "twitterpixel": "xpixel", "bingads": "microsoftads"}


def folded(field: str, value: str) -> str:
    """Returns a value without differences that do not matter: case, blanks, punctuation, and more by field."""
    if field == "address":
        return _folded_address(value)
    if field == "technologies":
        name = "".join(_WORDS.findall(_TECHNOLOGY_END.sub("", value.casefold().strip())))
        return _RENAMED.get(name, name)
    return _SIGNS.sub(" ", _LETTERS.sub("", _HONORIFICS.sub("", value)).casefold()).replace(".", "").strip()


def _folded_address(value: str) -> str:
    """Sorts an address's words, without its country at the end and without abbreviations: "Rd" is "Road".

    JSON-LD has the town before the code, the page behind it. "Singapore" goes too: the postal code tells it.
    """
    text = _CODE_PREFIX.sub("", _SINGAPORE_CODE.sub(" singapore ", value.lower()))
    text = re.sub(r"\bsingapore(?=\W{1,3}\d{6}\b)", " ", text)
    while (shorter := _COUNTRY_AT_END.sub("", text)) != text:
        text = shorter
    text = re.sub(r"(?<=stra)ß(?=e)", "ss", text)
    return " ".join(sorted(_SHORT.get(word, word) for word in _WORDS.findall(text)))
