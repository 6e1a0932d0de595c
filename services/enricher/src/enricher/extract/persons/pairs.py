"""Pairs the names in a page's lines with the titles on the same line or a neighbouring one, below fitting headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from enricher.extract.line_memo import MOST_LINES
from enricher.extract.numbers.countries import is_place
from enricher.extract.persons import headings
from enricher.extract.persons.animals import is_animal
from enricher.extract.persons.employers import is_at_home, is_of_others
from enricher.extract.persons.names import is_degree, is_like_name, person_name
from enricher.extract.persons.one_line import (
    LONGEST_DEPARTMENT,
    LONGEST_TITLE,
    REACH,
    is_others_label,
    is_short_department,
    on_one_line,
    plain_line,
    several_on_one_line,
    title_of,
)
from enricher.extract.persons.prose.adjacent import name_and_title, title_and_name
from enricher.extract.persons.titles import is_department, is_job_title
from enricher.pages.documents import clean

_LONGEST_LINE = 400
_LABEL = re.compile(r"([A-ZÀ-Ž\u4e00-\u9fff][\w&/ -]{1,30})\s?[:：]\s{1,2}(?=\S)")
#: The years of somebody's office, which is over: "(1955 - 1989)".
YEARS = re.compile(r"\((?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d\)")
#: A cell between a name and its title: "Designation", ":".
_LABEL_ALONE = re.compile(
    r"(?=.)(?:(?:full )?name|(?:job )?title|designation|position|role)?\s?[:：–—-]?", re.IGNORECASE
)
_LONGEST_LABEL = 14
#: A registration between a name and its title.
_CODE = re.compile(r"[A-Z]{0,3}[-/ ]?\d{3,10}[A-Z]?")
_ARTICLE = re.compile(r"^(?:the|our)\s", re.IGNORECASE)
_ITEM = re.compile(r"\s[·•|]\s|;\s|,\s(?:with|and)\s(?=[A-Z][\w’'-]+\s[A-Z][\w’'-]+,\s)")
#: "ext. 21", "App. 31" (German).
_EXTENSION = re.compile(r"(?:ext|extension|app|dw|durchwahl)\b\.? ?\d{1,5}", re.IGNORECASE)
#: The first and last line of a name with its title, and both.
Pair: TypeAlias = tuple[int, int, str, str]
#: A line with a name or a title.
Line: TypeAlias = tuple[int, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines that the page's CSS classes mark as a person's name or a job title."""

    names: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


def pairs_of(
    lines: Sequence[str],
    *,
    is_open: bool,
    is_read: bool,
    names: frozenset[str],
    menu: frozenset[str],
    marks: Marks | None = None,
) -> list[Pair]:
    """Finds names with titles: on one line, or on two neighbouring ones. Returns the first and last line of each.

    On a page that `is_read` whole, only parts about others end what is open. Words of the menu are no headings.
    """
    found: list[Pair] = []
    run: list[Line] = []
    runs: list[list[Line]] = []
    given: str | None = None
    for nth, whole in enumerate((*lines, "")):
        if len(whole) > _LONGEST_LINE or (
            whole in menu and not run and not _is_linked_name(whole, lines[nth + 1 : nth + 2])
        ):
            runs.append(run)
            run = []
            continue
        line = whole if is_open or len(whole) <= headings.LONGEST_HEADING else ""
        if whole not in menu:
            if not is_open and (headings.TEAM.fullmatch(line) or headings.ABOUT_TEAM.fullmatch(line)):
                is_open = True
            elif (
                is_open
                and (headings.begins_others(line) or (not is_read and headings.OTHER.fullmatch(line)))
                and not is_job_title(line)  # "Portfolio Manager"
            ):
                is_open = False
            elif is_read and not is_open and (headings.TEAM.fullmatch(line) or headings.STAFF.fullmatch(line)):
                is_open = True
        if not is_open:
            runs.append(run)
            run = []
            continue
        given = headings.TITLES_BELOW.get(line.lower().strip(" :"), given)
        if (
            is_degree(line)
            or (len(line) <= _LONGEST_LABEL and _LABEL_ALONE.fullmatch(line))
            or (run and run[-1][1] and _CODE.fullmatch(line))
        ):
            continue  # they stand between a name and its title
        several, both, line = _said_on(line, names, is_read=is_read)
        if both is None and (line != whole or REACH.fullmatch(lines[nth + 1] if nth + 1 < len(lines) else "")):
            both = _labelled(line)
        if both is None and given and line != whole and (name := person_name(line)):
            both = name, given
        if not several and nth and (title := _plural_title(lines[nth - 1])):
            several = tuple((name, title) for name in _names_on(whole))
        if several:
            found += [(nth, nth, *it) for it in several]
            both = both or several[0]
        elif both:
            found.append((nth, nth, *both))
        name = person_name(line) if not both else None
        if marks and name is None and not both and whole in marks.names and whole not in marks.titles:
            name = is_like_name(line)
        behind = whole[len(line) :] if line != whole else ""
        below = lines[nth + 1] if nth + 1 < len(lines) else ""
        if name and nth and _is_row(lines[nth - 1], below, behind):
            found.append((nth, nth, name, clean(lines[nth - 1], LONGEST_TITLE)))
            continue
        title = title_of(line) if not both and name is None and not YEARS.search(whole) else None
        if marks and title is None and name is None and not both and whole in marks.titles and not is_animal(line):
            title = line
        if title is None and whole not in menu and _is_shared(line, lines[nth + 1 : nth + 3]):
            title = _one_of(line)
        is_below = title is None and run and run[-1][1] and whole not in menu
        if is_below and _is_below_name(line, lines[nth + 1 : nth + 2]):
            title = line
        is_title = title is not None and not is_of_others(title, names)
        if name or is_title:
            run.append((nth, name, title if is_title else None))
        elif run:
            runs.append(run)
            run = []
    name_first = sum(len(it) // 2 for it in runs if it and it[0][1] is not None)
    title_first = sum(len(it) // 2 for it in runs if it and it[0][2] is not None)
    for run in runs:
        if name_first > max(1, title_first) and run and run[0][2] is not None and not (run[0][2] or "").endswith("s"):
            run = run[1:]  # the title of a name above that was not read
        found += _matched(run) if run else ()
    return sorted(found)


@lru_cache(MOST_LINES)
def _said_on(
    line: str, names: frozenset[str], *, is_read: bool
) -> tuple[tuple[tuple[str, str], ...], tuple[str, str] | None, str]:
    """Returns the names with titles on one line if there are several, the only one, and the line's plain form."""
    items = _ITEM.split(line) if _ITEM.search(line) else [line]
    several = several_on_one_line(line)
    if len(items) > 1 and not several:
        several = [both for item in items if (both := on_one_line(plain_line(item), names))]
    line = plain_line(line)
    several = several or ([*title_and_name(line), *name_and_title(line)] if is_read else [])
    return tuple(several), on_one_line(line, names), line


def _labelled(line: str) -> tuple[str, str] | None:
    """Finds "Office: Martina Holzner" before an address or a number: the label stands for the title."""
    label = _LABEL.match(line)
    name = person_name(line[label.end() :]) if label else None
    if label is None or name is None:
        return None
    said = label[1]
    is_other = is_others_label(said) or is_place(said) or headings.is_heading(said)
    return None if is_other or person_name(said) else (name, said)


def _is_linked_name(line: str, below: Sequence[str]) -> bool:
    """True for a name that links to the person's own page, with a title below it."""
    return person_name(line) is not None and any(title_of(it) for it in below)


def _plural_title(line: str) -> str | None:
    """Returns the title that a heading gives to the names below it: "Trainee solicitors"."""
    title = _one_of(line.rstrip(":"))
    return title if line.endswith("s") and len(line) <= LONGEST_DEPARTMENT and is_job_title(title) else None


def _one_of(heading: str) -> str:
    """Returns the title of one of the people below a heading: "Partner" of "The partners"."""
    title = _ARTICLE.sub("", heading).removesuffix("s")
    return title[:1].upper() + title[1:]


def _names_on(line: str) -> list[str]:
    """Returns the names on a line with nothing else: "Ana Cruz · Ben Low"."""
    parts = _ITEM.split(line)
    names = [name for part in parts if (name := person_name(part))]
    return names if len(names) == len(parts) > 1 else []


def _is_shared(line: str, below: Sequence[str]) -> bool:
    """True for the title of several names below it: "Directors"."""
    is_title = line.endswith("s") and is_job_title(line.removesuffix("s"))
    return is_title and len(below) == 2 and all(map(person_name, below))


def _has_shared(run: Sequence[Line]) -> bool:
    """True for titles above their names, one of which has several: no name comes first, and no title last."""
    marks = "".join("T" if title is not None else "N" for _, _, title in run)
    return "NN" in marks and re.fullmatch(r"(?:TN+)+", marks) is not None


def _is_below_name(line: str, below: Sequence[str]) -> bool:
    """True for a department in place of the title of the name above: "QA & Regulatory", then no other name."""
    is_unit = len(line) <= LONGEST_DEPARTMENT and line[:1].isupper() and is_department(line)
    return is_unit and not any(person_name(it) for it in below)


def _is_row(before: str, after: str, behind: str) -> bool:
    """True for the cells around a name in a table of departments: "Purchasing", and a number or an address.

    `behind` is what stands behind the name on its own line.
    """
    if not is_short_department(before):
        return False
    return bool(REACH.fullmatch(after) or _EXTENSION.fullmatch(after) or (behind and REACH.fullmatch(behind)))


def _is_employment(role: Line, name: Line, title: Line) -> bool:
    """True for the employment elsewhere of a council member, whose role in the council stands above the name."""
    is_below = title[2] is not None and name[1] is not None and role[2] is not None
    return is_below and not is_at_home(title[2] or "") and not is_job_title((title[2] or "").rpartition(", ")[2])


def _matched(run: Sequence[Line]) -> Iterator[Pair]:
    """Pairs neighbouring names and titles: a name before its title, unless all titles of the run come first.

    Of a council, a role above and an employment below each name, the role counts.
    """
    if run and run[0][2] and not run[0][2].endswith("s"):  # a role; "Associates" is a heading
        run = [it for nth, it in enumerate(run) if nth < 2 or not _is_employment(run[nth - 2], run[nth - 1], it)]
    is_title = [title is not None for _, _, title in run]
    if _has_shared(run):
        yield from _shared(run)
        return
    is_title_first = len(run) > 1 and is_title[0] and all(above or below for above, below in pairwise(is_title))
    is_title_first = is_title_first and (
        is_title == [nth % 2 == 0 for nth in range(len(run))]
        if all(above != below for above, below in pairwise(is_title)) and len(run) % 2 == 0
        else any(above and below for above, below in pairwise(is_title))
    )
    nth = 0
    while nth + 1 < len(run):
        (at, name, title), (below, next_name, next_title) = run[nth], run[nth + 1]
        if is_title_first and title and next_name:
            yield at, below, next_name, clean(title, LONGEST_TITLE)
            nth += 2
        elif not is_title_first and name and next_title:
            yield at, below, name, clean(next_title, LONGEST_TITLE)
            nth += 2
        else:
            nth += 1


def _shared(run: Sequence[Line]) -> Iterator[Pair]:
    """Pairs each name with the title above it."""
    above, said = 0, ""
    for nth, name, title in run:
        if title is not None:
            above, said = nth, clean(title, LONGEST_TITLE)
        elif name is not None:
            yield nth if nth > above + 1 else above, nth, name, said
