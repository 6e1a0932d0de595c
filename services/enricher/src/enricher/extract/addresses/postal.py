"""Finds the company's postal addresses on a page: in Singapore by postal codes of six digits.

An address in a sentence about something else (a project, a customer's premises) is not the company's.
"""

import re
from collections.abc import Iterable, Iterator

from enricher.extract.addresses.abroad import find_address_abroad
from enricher.extract.addresses.leads import (
    is_authority,
    is_main,
    label_above,
    says_where,
    without_lead,
    without_sentences,
)
from enricher.extract.facts import LIKELY, Fact
from enricher.extract.numbers.countries import REGION
from enricher.pages.documents import Document, clean

MAX_ADDRESS = 200
_SINGAPORE = r"(?:\b[Ss]ingap(?:ore|ura)|\bSINGAPORE|\b[Ss]['’]?pore|(?<!\w)SG?|(?<!\w)\(S\))"
_SIX_DIGITS = re.compile(r"(?<!\d)\d{3} ?\d{3}(?!\d)")
_CODE = r"(\d{3} ?\d{3})(?!\d)"
_POSTAL = re.compile(
    rf"{_SINGAPORE}[ \t,.:\-–]{{0,4}}\n?(?:\(?[ \t]?(?i:postal code|postcode|zip code"
    rf"|zip)[ \t:.]{{0,3}})?\(?[ \t]?{_CODE}\)?"
    rf"|\b(?i:postal code|postcode)[ \t:.]{{0,3}}{_CODE}|(?:邮区|郵區|邮编|郵編|邮政编码|邮政编号)[ :：]{{0,2}}{_CODE}"
    rf"|(?<!\d)(?<!\d[ ,.])(\d{{6}})[ \t,]{{1,2}}{_SINGAPORE}(?![ \t,(]{{0,3}}\d)"
    r"|(?:(?<=[\w)])[,;]?\s\(?|(?<=\n))(?P<bare>\d{6})(?=\)?[.,]?\s?(?:\n|\Z|\)|\. [A-Z]|\s[•·|/–-]\s))"
)
#: A street by its kind: a postal code without the country's name counts only behind one.
_KIND_OF_STREET = re.compile(
    r"\d[A-Z]?,? (?:[A-Z][\w'’.-]{1,20} ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Crescent|Cres|Close|Way"
    r"|Walk|Link"
    r"|Place|Terrace|Hill|Quay|Boulevard|Loop|Rise|View|Park|Circle|Green|Grove|Industrial|Estate|Crossing|Bridge|Sector)\b"
    r"|\d[A-Z]?,? (?:Jalan|Jln|Lorong|Lor|Bukit|Kampong|Upper|Lower|Mount) [A-Z]"
)
#: A storey or a unit on the line above a code that stands by itself.
_STOREY = re.compile(r"#\d|\b(?:storey|floor|level|unit|block|blk)\b", re.IGNORECASE)
_BUILDING = re.compile(
    r"\b(?:Building|Tower|Towers|Centre|Center|Plaza|Mall|Complex|Hub|House|Point|Square|City|Techpark|Arcade|Market"
    r"|Wing|Annex)$"
)
_MAIL = re.compile(r"\S@[\w-]+\.\w")
#: The first two digits are the sector, of which there are 82.
_LAST_SECTOR = 82
_LABEL = re.compile(
    r"^.{0,60}?\b(?:address|addr|office|headquarters|hq|showroom|factory|warehouse|workshop|outlet|branch|visit us"
    r"|find us|located at|situated at|based at|地址)"
    r"\s?[:：]?\s{0,3}(?:at\s)?(?=[#\dA-Z\u4e00-\u9fff])",
    re.IGNORECASE,
)
#: A company's name with its legal form in front of its address.
_OWNER = re.compile(r"^.{0,100}\b(?:Ltd|Limited|LLP|Inc|Pte)\b\.?\)?[ ,:;-]{1,3}(?=[#\dA-Z])", re.IGNORECASE)
#: A house and its street.
_HOUSE = re.compile(r"(?i:(?:blk|block|no\.?)\s?)?\d{1,4}[A-Za-z]?(?:-\d{1,4}[A-Za-z]?)?,? [A-Z][a-z']")
_HAS_WORDS = re.compile(r"(?:[A-Za-z]{3}|[\u4e00-\u9fff]{2}).{0,80}\d|\d.{0,80}(?:[A-Za-z]{3}|[\u4e00-\u9fff]{2})")
_STREET = re.compile(
    r"(?i:(?:blk|block|no\.?|lot|unit|level|#)\s?)?\d{1,4}[A-Za-z]?(?:-\d{1,4}[A-Za-z]?)?,? [A-Z][a-z']|#\d"
)
#: Words of a sentence: an address has none of them.
_PROSE = re.compile(
    r"\b(?:we|our|for|was|were|has|have|had|(?-i:the)|with|their|which|that|this|fitted|built|completed|installed|supplied"
    r"|designed|renovat\w{1,5}|project|client|customer|(?<!our )venue|held at|takes? place|taking place)\b",
    re.IGNORECASE,
)
_MOST = 5
#: Characters of "Singapore (Postal code: " at most.
_LONGEST_COUNTRY = 45
_LINES_ABOVE = 3
_LONGEST_ABOVE = 80


def find_addresses(text: str, names: Iterable[str] = ()) -> list[str]:
    """Finds the distinct addresses of a text: the words before each postal code, also from the lines above.

    That of the head office comes first. `names` are the company's, which are no part of an address.
    """
    names = list(names)
    found: dict[str, str] = {}
    main: dict[str, str] = {}
    for match in _postal_codes(text):
        code = next(group for group in match.groups() if group).replace(" ", "")
        if not 1 <= int(code[:2]) <= _LAST_SECTOR or code in found:
            continue
        start, before = _before(text, match.start())
        if match["bare"] and not (_KIND_OF_STREET.search(before) or _is_unit(before)):
            continue
        if _HAS_WORDS.search(before) and _is_own(before, text[match.end() : match.end() + 80], names):
            said = match[0].replace("\n", " ")
            found[code] = clean(_street_of(before, names) + said, MAX_ADDRESS)
            if is_main(before) or is_main(label_above(_line_above(text, start))):
                main.setdefault(code, found[code])
        if len(found) == _MOST:
            break
    return list((main | found).values())


def _postal_codes(text: str) -> Iterator[re.Match[str]]:
    """Yields the postal codes with the country's name beside them; searches only around six digits."""
    done = 0
    for digits in _SIX_DIGITS.finditer(text):
        start = max(done, digits.start() - _LONGEST_COUNTRY)
        if found := _POSTAL.search(text, start, digits.end() + _LONGEST_COUNTRY):
            yield found
            done = found.end()


def _before(text: str, end: int) -> tuple[int, str]:
    """Returns the text before a postal code and its start: its line, and lines above until there is a street."""
    start = text.rfind("\n", 0, end) + 1
    before = text[max(start, end - MAX_ADDRESS + 40) : end]
    for _ in range(_LINES_ABOVE):
        line = _line_above(text, start)
        is_enough = _HAS_WORDS.search(before) and not before.lstrip().startswith("#")
        if start == 0 or (is_enough and (_HOUSE.search(before) or not _HOUSE.match(line))):
            break
        if len(line) >= _LONGEST_ABOVE or _MAIL.search(line):
            break
        before, start = f"{line.rstrip(' ,')}, {before}", start - 1 - len(line)
    return start, before


def _line_above(text: str, start: int) -> str:
    return text[text.rfind("\n", 0, start - 1) + 1 : start - 1] if start else ""


def _is_own(before: str, after: str, names: list[str]) -> bool:
    """True for an address by itself, or in a sentence that says where the company is."""
    before = without_sentences(before, _STREET)
    street = _STREET.search(before)
    lead = before[: street.start()] if street else before
    if is_authority(lead, names):
        return False
    rest = after.partition("\n")[0]
    is_sentence = _PROSE.search(lead) or (_PROSE.match(rest.lstrip(" ,.)")) and lead.strip())
    return not is_sentence or says_where(lead)


def _street_of(before: str, names: Iterable[str]) -> str:
    """Returns the address without its label, and without the name of the company or the building before its street."""
    before = _OWNER.sub("", _LABEL.sub("", without_lead(before, _STREET, names)))
    parts = before.split(", ")
    for nth, part in enumerate(parts[:-1]):
        if any(map(str.isdigit, part)) or _STOREY.search(part) or _BUILDING.search(part):
            break
        if _STREET.match(parts[nth + 1]):
            return ", ".join(parts[nth + 1 :])
    street = _STREET.search(before)
    if street and says_where(before[: street.start()]):
        return before[street.start() :]
    return before


def _is_unit(before: str) -> bool:
    """True for a house and its unit: "Blk 44 Chai Chee #01-212"."""
    return _STREET.search(before) is not None and re.search(r"#\d{1,2}-\d", before) is not None


def address_facts(page: Document, region: str, names: Iterable[str] = ()) -> Iterator[Fact]:
    """Finds the company's main address: of the site's country, else of Singapore; a head office before others.

    The Singapore address of a company elsewhere is a branch's.
    """
    text = page.text.replace("\n, ", ", ").replace("\n,\n", ", ") if "\n," in page.text else page.text
    found = find_addresses(text, names)[:1] if region == REGION else []
    if not found and (abroad := find_address_abroad(text, region, names)):
        found = [clean(abroad, MAX_ADDRESS)]
    for address in found:
        yield Fact("address", address, page.url, "page", LIKELY)
