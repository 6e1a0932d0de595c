"""Completes a list of people by the layout of the sure ones: "Min", "Bath & brush" between two others.

Where two or more names with known titles follow each other in one layout, a plain name among them may have a title in
unknown words, and a known title a name of an unusual shape.
"""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import compacted
from enricher.extract.persons.headings import is_heading
from enricher.extract.persons.names import is_common, is_degree, is_like_name, names_degree, person_name
from enricher.extract.persons.one_line import ADDRESSED, LONGEST_TITLE, REACH, plain_line
from enricher.extract.persons.pairs import YEARS, Pair
from enricher.extract.persons.titles import is_job_title, is_known
from enricher.pages.documents import clean

_FEWEST = 2  # sure ones
_APART = 9  # lines between the beginnings of neighbours
_LONGEST = 50
_TITLE = re.compile(r"[^\W\d_][^\d@:?!.]*(?:\([^\d@:?!.]*)?")
_MOST_WORDS = 6
_BETWEEN = re.compile(r"\s[-–—|]\s|,\s|\s\(")


def filled(pairs: Sequence[Pair], lines: Sequence[str], menu: Set[str], names: Set[str]) -> list[Pair]:
    """Returns the pairs, and those that only the layout around them reveals. `names` are the company's, compacted."""
    found = list(pairs)
    taken = {nth for first, last, *_ in pairs for nth in range(first, last + 1)}
    for block in _blocks(pairs, lines):
        start, end, apart = block[0][0], block[-1][1], max(_apart(block), 2)
        after = min(end + 1 + apart, len(lines))
        after = next((nth for nth in range(end + 1, after) if is_heading(lines[nth])), after)
        before = max(0, start - apart)
        before = next((nth + 1 for nth in range(start - 1, before, -1) if is_heading(lines[nth])), before)
        for pair in _others(block, lines, range(before, after), menu):
            if "," not in pair[2] and compacted(pair[2]) not in names and taken.isdisjoint(range(pair[0], pair[1] + 1)):
                taken.update(range(pair[0], pair[1] + 1))
                found.append(pair)
    return sorted(found)


def _layout(pair: Pair, lines: Sequence[str]) -> str:
    """Returns the layout of a pair: one line, or two with the name or the title first."""
    first, last, name, title = pair
    if first == last:
        above = lines[first - 1] if first else ""
        return "row" if above.startswith(title) else "line"
    return "name first" if person_name(plain_line(lines[first])) == name else "title first"


def _blocks(pairs: Sequence[Pair], lines: Sequence[str]) -> Iterator[list[Pair]]:
    """Yields groups of neighbours in one layout, if they are enough."""
    block: list[Pair] = []
    for pair in pairs:
        if block and (pair[0] - block[-1][0] > _APART or _layout(pair, lines) != _layout(block[0], lines)):
            if len(block) >= _FEWEST:
                yield block
            block = []
        block.append(pair)
    if len(block) >= _FEWEST:
        yield block


def _apart(block: Sequence[Pair]) -> int:
    """Returns the lines from one pair's beginning to the next."""
    return min(below[0] - above[0] for above, below in pairwise(block))


def _others(block: Sequence[Pair], lines: Sequence[str], places: range, menu: Set[str]) -> Iterator[Pair]:
    layout = _layout(block[0], lines)
    for nth in places:
        below = lines[nth + 1] if nth + 1 < len(lines) else ""
        if lines[nth] in menu or (layout != "line" and below in menu):
            continue
        if layout == "line":
            yield from _on_one_line(nth, lines[nth])
        elif layout == "row" and nth and REACH.fullmatch(below) and (name := person_name(lines[nth])):
            if _may_be_title(lines[nth - 1]):
                yield nth, nth, name, clean(lines[nth - 1], LONGEST_TITLE)
        elif layout in ("name first", "title first"):
            name_line, title_line = (lines[nth], below) if layout == "name first" else (below, lines[nth])
            title = plain_line(title_line)
            name = person_name(plain_line(name_line))
            if YEARS.search(title_line):
                continue
            is_sure = is_job_title(title)
            is_addressed = ADDRESSED.match(name_line) is not None and layout == "title first"
            may_be = _may_be_title(title) or (is_addressed and person_name(title) is not None)
            if (name and may_be) or (is_sure and (name := is_like_name(plain_line(name_line)))):
                yield nth, nth + 1, name, clean(title, LONGEST_TITLE)


def _on_one_line(nth: int, line: str) -> Iterator[Pair]:
    cut = _BETWEEN.search(line)
    title = plain_line(line[cut.end() :]) if cut else ""
    title = title.removesuffix(")") if cut and "(" in cut[0] else title
    if cut is None or title.count("(") != title.count(")"):
        return
    said = line[: cut.start()]
    name = person_name(said) if _may_be_title(title) else None
    name = name or (is_like_name(said) if is_job_title(title) else None)
    if name:
        yield nth, nth, name, clean(title, LONGEST_TITLE)


def _may_be_title(line: str) -> bool:
    """True for a few words that are no sentence, no name and no heading."""
    return (
        2 <= len(line) <= _LONGEST
        and _TITLE.fullmatch(line) is not None
        and len(line.split()) <= _MOST_WORDS
        and not line[:1].islower()
        and not is_heading(line)
        and person_name(line) is None
        and not names_degree(line)
        and not is_degree(line)
        and not any(is_common(word) and not is_known(word) for word in line.lower().split())
        and not is_place(line)
    )
