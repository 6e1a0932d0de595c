"""Chooses the pairs that name the company's own people on a page without a heading for them.

Two or more in a row, or one with the company's address, a form of address, a label or a signature: the rest may be
customers.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from enricher.extract.emails import find_emails
from enricher.extract.numbers.countries import is_place
from enricher.extract.persons.employers import is_at_home, is_here, is_own
from enricher.extract.persons.headings import is_heading
from enricher.extract.persons.names import person_name
from enricher.extract.persons.one_line import ADDRESSED
from enricher.extract.persons.pairs import Pair
from enricher.extract.persons.titles import is_department, is_field, is_job_title, is_known, seniority_of
from enricher.pages.documents import Document
from enricher.pages.urls import site_of

#: A sentence that somebody says.
_SAYS = re.compile(r"[.!?…][”\"’]?$|[”\"]$")
#: A rating, which stands above or below what a customer says.
_RATING = re.compile(
    r"[★☆⭐✩✭]|\b[0-5](?:[.,]\d)? ?(?:/ ?5\b|stars?\b|out of 5\b)"
    r"|\b(?:rated|rating|verified (?:buyer|customer|purchase))\b",
    re.IGNORECASE,
)
#: A heading above whoever answers journalists.
_PRESS = re.compile(
    r"(?:for )?(?:the )?(?:media|press|news) (?:contacts?|enquir(?:y|ies)|inquir(?:y|ies)|office)\W{0,2}", re.I
)
#: A line above the name and title of whoever signs, or whom to ask for.
_SIGNS = re.compile(
    r"(?:yours (?:sincerely|faithfully|truly)|(?:(?:with|best|kind|kindest|warm|warmest) )+(?:regards|wishes|thanks)"
    r"|sincerely|person in charge|your contact|ihr ansprechpartner|contact person)\W{0,2}",
    re.IGNORECASE,
)
#: A heading above what the head of the company says.
_MESSAGE = re.compile(
    r"(?:an? |the |our )?(?:message|letter|word|note|welcome|foreword|greetings?) (?:from|by) (?:our |the )?.{2,40}"
    r"|(?:ceo|chairman|director|founder|president|principal)[’']s (?:message|letter|note|welcome|foreword)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s[·•|]\s")
_LONGEST_MESSAGE = 15  # lines
_NEAR = 2  # lines below a title that may hold an address
AROUND = 4  # lines below a title that may hold the person's address or number
_ORGANISATION = re.compile(
    r"(?:[A-ZÀ-Þ0-9][\w’'.&-]{0,24}|&|of|and|the)(?: (?:[A-ZÀ-Þ0-9][\w’'.&-]{0,24}|&|of|and|the)){0,4}"
)


def in_a_row(pairs: Sequence[Pair], lines: Sequence[str], *, is_about: bool) -> list[Pair]:
    """Returns the pairs of blocks without a heading: two or more in a row, none at a company with a name.

    A sentence above the first is what a customer says, but not on a page about the company.
    """
    blocks: list[list[Pair]] = []
    for pair in pairs:
        if blocks and pair[0] - blocks[-1][-1][1] <= AROUND:
            blocks[-1].append(pair)
        else:
            blocks.append([pair])
    return [
        pair
        for block in blocks
        if len(block) > 1
        and all(is_job_title(title.rpartition(", ")[2]) or is_at_home(title) for *_, title in block)
        and (is_about or not (block[0][0] and _SAYS.search(lines[block[0][0] - 1])) or _is_close(block))
        and not _are_customers(block, lines)
        for pair in block
    ]


def _is_close(block: Sequence[Pair]) -> bool:
    """True for pairs without text between them, such as words of the persons."""
    return all(below[0] == above[1] + 1 for above, below in pairwise(block))


def _are_customers(block: Sequence[Pair], lines: Sequence[str]) -> bool:
    """True for pairs with a rating around them, or each with another organisation's name below it."""
    around = lines[max(0, block[0][0] - AROUND) : block[-1][1] + 1 + _NEAR]
    if any(len(line) <= _LONGEST_RATING and _RATING.search(line) for line in around):
        return True
    below = [lines[last + 1] if last + 1 < len(lines) else "" for _, last, *_ in block]
    return len(set(below)) == len(below) and all(map(_is_organisation, below))


_LONGEST_RATING = 60


def _is_organisation(line: str) -> bool:
    """True for a few words in capitals that are no name, title, place or heading."""
    return (
        _ORGANISATION.fullmatch(line) is not None
        and not is_place(line)
        and not is_field(line)
        and not is_job_title(line)
        and not is_heading(line)
        and person_name(line) is None
    )


def sure(pairs: Sequence[Pair], lines: Sequence[str], names: frozenset[str], *, is_about: bool) -> list[Pair]:
    """Returns the explicit pairs: "Director: Mei Tan", or a title with "Mr Tan" and no customer's words above.

    On a page about the company, also its head.
    """
    return [
        pair
        for pair in pairs
        if (is_job_title(pair[3]) or is_department(pair[3]))
        and (is_at_home(pair[3]) or is_here(pair[3], names))
        and (
            is_here(pair[3], names)
            or (is_about and _heads(pair, lines))
            or _labels(lines[pair[0]], pair[3])
            or _is_signed(pair, lines, names)
            or (
                ADDRESSED.search(" ".join(lines[pair[0] : pair[1] + 1]))
                and not (pair[0] and _SAYS.search(lines[pair[0] - 1]))
            )
        )
    ]


def _heads(pair: Pair, lines: Sequence[str]) -> bool:
    """True for a founder or chief without a sentence above (a customer's quote has one) and without a company below."""
    above = lines[pair[0] - 1] if pair[0] else ""
    is_top = seniority_of(pair[3]) in ("owner", "c_level")
    is_plain = all(is_known(word) for word in re.findall(r"[^\W\d_][\w-]*", pair[3].lower()))
    return is_top and is_plain and not _SAYS.search(above) and not _are_customers([pair], lines)


def _labels(line: str, title: str) -> bool:
    items = (item for item in _ITEM.split(line) if item.startswith(title))
    return any(item[len(title) :].removeprefix("s").lstrip()[:1] in (":", "：") for item in items)


def _is_signed(pair: Pair, lines: Sequence[str], names: frozenset[str]) -> bool:
    """True for the signature of a letter or message, or a pair with the company's name below the title."""
    first, last, _, title = pair
    below = lines[last + 1] if last + 1 < len(lines) else ""
    if is_own(below, names) or (first and _SIGNS.fullmatch(lines[first - 1])):
        return True
    above = lines[max(0, first - _LONGEST_MESSAGE) : first]
    is_top = seniority_of(title) in ("owner", "c_level", "director")
    return is_top and any(len(line) <= _LONGEST_RATING and _MESSAGE.fullmatch(line) for line in above)


def reachable(pairs: Sequence[Pair], lines: Sequence[str], site: str) -> list[Pair]:
    """Returns the pairs with an address of the company on their own line, or just below."""
    found = []
    for nth, pair in enumerate(pairs):
        end = min(pairs[nth + 1][0] if nth + 1 < len(pairs) else len(lines), pair[1] + 1 + _NEAR)
        text = "\n".join(lines[pair[0] : end])
        if "@" in text and any(
            site_of(it.partition("@")[2]) == site for it in find_emails(Document("", text=text), site)
        ):
            found.append(pair)
    return found


def for_the_press(pairs: Sequence[Pair], lines: Sequence[str], site: str) -> list[Pair]:
    """Returns the company's own people below a heading for journalists, without those with an agency's address."""
    found = []
    for pair in pairs:
        if pair[0] and _PRESS.fullmatch(lines[pair[0] - 1]) and is_at_home(pair[3]):
            below = lines[pair[1] + 1 : pair[1] + 1 + AROUND]
            emails = find_emails(Document("", text="\n".join(below)), site)
            if (
                below
                and re.search(r"\d{3}|@", below[0])
                and all(site_of(it.partition("@")[2]) == site for it in emails)
            ):
                found.append(pair)
    return found
