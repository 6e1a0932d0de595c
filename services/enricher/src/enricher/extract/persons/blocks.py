"""Chooses the pairs that name the company's own people on a page without a heading for them.

Two or more in a row, or one with the company's address, a form of address or a label: the rest may be customers.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from enricher.extract.emails import find_emails
from enricher.extract.persons.one_line import ADDRESSED, is_at_home, is_here
from enricher.extract.persons.pairs import Pair
from enricher.extract.persons.titles import is_department, is_job_title
from enricher.pages.documents import Document
from enricher.pages.urls import site_of

#: A sentence that somebody says.
_SAYS = re.compile(r"[.!?…][”\"’]?$|[”\"]$")
#: A heading above whoever answers journalists.
_PRESS = re.compile(
    r"(?:for )?(?:the )?(?:media|press|news) (?:contacts?|enquir(?:y|ies)|inquir(?:y|ies)|office)\W{0,2}", re.I
)
_NEAR = 2  # lines below a title that may hold an address
AROUND = 4  # lines below a title that may hold the person's address or number


def in_a_row(pairs: Sequence[Pair], lines: Sequence[str], *, is_about: bool) -> list[Pair]:
    """The pairs of blocks without a heading: two or more in a row, none at a company with a name.

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
        for pair in block
    ]


def _is_close(block: Sequence[Pair]) -> bool:
    """True for pairs with nothing between them, which would be what each of them says."""
    return all(below[0] == above[1] + 1 for above, below in pairwise(block))


def sure(pairs: Sequence[Pair], lines: Sequence[str], names: frozenset[str]) -> list[Pair]:
    """The pairs that say so outright: "Director: Mei Tan", or a title with "Mr Tan" and no customer's words above."""
    return [
        pair
        for pair in pairs
        if (is_job_title(pair[3]) or is_department(pair[3]))
        and is_at_home(pair[3])
        and (
            is_here(pair[3], names)
            or _labels(lines[pair[0]], pair[3])
            or (
                ADDRESSED.search(" ".join(lines[pair[0] : pair[1] + 1]))
                and not (pair[0] and _SAYS.search(lines[pair[0] - 1]))
            )
        )
    ]


def _labels(line: str, title: str) -> bool:
    return line.startswith(title) and line[len(title) :].removeprefix("s").lstrip()[:1] in (":", "：")


def reachable(pairs: Sequence[Pair], lines: Sequence[str], site: str) -> list[Pair]:
    """The pairs with an address of the company on their own line, or just below."""
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
    """The company's own people below a heading for journalists: an address of an agency tells that it is another's."""
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
