"""Countries and their cities by name, and the forms of telephone numbers inside a country."""

import re
from collections.abc import Sequence

from enricher.extract.line_memo import once_per_line

#: Names by whose nearness a number without a country code is their country's.
_NAMES = {
    "SG": "singapore, singapura, singapur, singapour, s'pore",
    "MY": "malaysia, johor, johor bahru, jb, kuala lumpur, kl, penang, pulau pinang, melaka, malacca, selangor,"
    " petaling jaya, shah alam, ipoh, kuching, kota kinabalu, perai, klang, senai, nilai, seremban, cyberjaya, puchong,"
    " subang, subang jaya, sabah, sarawak, miri, labuan, kuantan, muar, batu pahat",
    "ID": "indonesia, jakarta, batam, surabaya, bandung, medan, bintan, cikarang, bekasi, tangerang, bali, semarang",
    "TH": "thailand, bangkok, chonburi, rayong, phuket, chiang mai",
    "VN": "vietnam, viet nam, ho chi minh, hanoi, binh duong, da nang, hcmc",
    "PH": "philippines, manila, makati, cebu, quezon",
    "GB": "united kingdom, london, manchester, birmingham, leeds, bristol, edinburgh, glasgow",
    "AU": "australia, sydney, melbourne, brisbane, perth, adelaide",
    "NZ": "new zealand, auckland, wellington, christchurch",
    "US": "united states, new york, san francisco, houston, los angeles, chicago, dallas, boston, seattle,"
    " austin, san antonio, san diego, atlanta,"
    " denver, miami, philadelphia, phoenix",
    "DE": "germany, deutschland, berlin, munich, münchen, hamburg, frankfurt, düsseldorf, stuttgart, köln",
    "AT": "austria, österreich, vienna, wien",
    "CH": "switzerland, schweiz, suisse, zürich, zurich, geneva, genève, basel",
    "FR": "france, paris, lyon, marseille",
    "NL": "netherlands, nederland, amsterdam, rotterdam, utrecht, eindhoven",
    "JP": "japan, tokyo, osaka, nagoya, yokohama, fukuoka",
    "KR": "korea, seoul, busan",
    "HK": "hong kong, hongkong, kowloon",
    "CN": "china, shanghai, shenzhen, suzhou, beijing, guangzhou, dongguan, xiamen",
    "TW": "taiwan, taipei",
    "IN": "india, mumbai, chennai, bangalore, bengaluru, new delhi, hyderabad, pune, kolkata, gurgaon, gurugram",
    "AE": "dubai, abu dhabi",
    "SE": "sweden, sverige, stockholm, göteborg, gothenburg, malmö",
    "NO": "norway, norge, oslo, bergen",
    "DK": "denmark, danmark, copenhagen, københavn, aarhus",
    "FI": "finland, suomi, helsinki",
    "BE": "belgium, belgië, belgique, brussels, antwerp",
    "IT": "italy, italia, milan, milano",
    "ES": "spain, españa, madrid, barcelona",
    "CA": "canada, toronto, vancouver",
}
_COUNTRY_OF = {name.strip(): country for country, names in _NAMES.items() for name in names.split(",")}
_LONGEST_NAME = max(len(name.split()) for name in _COUNTRY_OF)
_EAST_ASIAN = re.compile(
    "(?P<SG>新加坡|シンガポール)|(?P<MY>马来西亚|馬來西亞|吉隆坡|新山|マレーシア)|(?P<HK>香港|九龍|九龙)|(?P<TW>台灣|台湾|台北)"
    "|(?P<CN>中国|中國|上海|深圳|苏州|蘇州|北京|广州|廣州|东莞|東莞)|(?P<JP>日本|東京都|东京|大阪|名古屋|横浜|福岡)|(?P<TH>泰国|曼谷|バンコク)"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DIGITS = re.compile(r"\d")
_LONGEST_LINE = 200
_LONGEST_HEADING = 60
#: Lines above a number in which its address may name the place, and those in which a heading may.
_ABOVE, _HEADING_ABOVE = 2, 5
#: The digits of a number as it is written inside a country; elsewhere with a zero before it.
_FORMS = {
    "SG": r"(?:65)?[3689]\d{7}|1800\d{7}|800\d{7}",
    "HK": r"(?:852)?[235-9]\d{7}|800\d{6}",
    "US": r"1?[2-9]\d\d[2-9]\d{6}",
    "CA": r"1?[2-9]\d\d[2-9]\d{6}",
    "NO": r"[2-9]\d{7}",
    "DK": r"[2-9]\d{7}",
    "IT": r"0\d{8,10}|3\d{8,9}",
    "ES": r"[6-9]\d{8}",
    "IN": r"0\d{10}|[6-9]\d{9}|1800\d{6,7}",
    "AU": r"0[23478]\d{8}|13\d{4}|1[38]00\d{6}",
    "MY": r"0\d{8,10}|1[38]00\d{6}",
    "CN": r"0\d{9,11}|1[3-9]\d{9}|400\d{7}",
}
_FORM = {country: re.compile(form) for country, form in _FORMS.items()}
_WITH_ZERO = re.compile(r"0\d{7,11}")


def countries_of(words: str) -> frozenset[str]:
    """Returns the countries that a line names, by their own name or by a city."""
    return _countries(words[:_LONGEST_LINE])


@once_per_line
def _countries(line: str) -> frozenset[str]:
    words = _WORD.findall(line.lower())
    found = {
        country
        for length in range(1, _LONGEST_NAME + 1)
        for nth in range(len(words) - length + 1)
        if (country := _COUNTRY_OF.get(" ".join(words[nth : nth + length])))
    }
    if not line.isascii():
        found |= {name for match in _EAST_ASIAN.finditer(line) if (name := match.lastgroup)}
    return frozenset(found)


def is_name(words: str) -> bool:
    """True for the name of a country or city and nothing else."""
    return words.strip().lower() in _COUNTRY_OF


def abroad(lines: Sequence[str], nth: int, region: str) -> str | None:
    """Returns the other country of a line's bare numbers: named on it, or in the address or heading above."""
    for above in range(min(nth, _HEADING_ABOVE) + 1):
        line = lines[nth - above]
        if len(line) > _LONGEST_LINE:
            return None
        if above > _ABOVE and (len(line) > _LONGEST_HEADING or _DIGITS.search(line)):
            continue
        if found := countries_of(line):
            country = next(iter(found))
            return country if len(found) == 1 and country != region else None
    return None


def is_of_form(digits: str, country: str) -> bool:
    """True for digits in a form that is used inside the country."""
    return _FORM.get(country, _WITH_ZERO).fullmatch(digits) is not None
