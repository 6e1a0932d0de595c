"""Pairs the names of a page's lines with the titles on the same line or a neighbouring one, below fitting headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from enricher.extract.line_memo import MOST_LINES, once_per_line
from enricher.extract.numbers.countries import is_place
from enricher.extract.other_roles import ROLE
from enricher.extract.persons.names import is_like_name, person_name
from enricher.extract.persons.one_line import (
    LONGEST_DEPARTMENT,
    LONGEST_TITLE,
    REACH,
    is_at_home,
    is_of_others,
    is_short_department,
    on_one_line,
    plain_line,
    several_on_one_line,
    title_of,
)
from enricher.extract.persons.sentences import name_and_title, title_and_name
from enricher.extract.persons.titles import is_animal, is_department, is_job_title
from enricher.pages.documents import clean

_LONGEST_HEADING = 80
_OURS = re.compile(r"\b(?:our|we|us)\b", re.IGNORECASE)
_BELOW_OTHERS = 7  # lines
_LONGEST_LINE = 400
#: Headings below which people of the company stand, on other pages.
_TEAM_HEADING = re.compile(
    r"(?:meet )?(?:our |the )?(?:board(?: members)?|trustees|management committee)|meet (?:some of )?us"
    r"|(?:meet )?(?:our |the )?(?:(?:management|leadership|executive|senior|core|sales|founding) )?(?:team|people"
    r"|management|leadership|directors"
    r"|board of directors|founders?|key personnel|contact persons?|key contacts?)(?: members?)?:?|(?:管理|核心"
    r"|我们的)?团队",
    re.IGNORECASE,
)
#: Words of which such a heading has one: most pages have none.
_TEAM_WORDS = (
    *("team", "board", "trustees", "meet ", "people", "management", "leadership", "director", "founder", "personnel"),
    *("contact person", "key contact", "lawyers", "partners", "doctors", "dentists", "tutors", "trainers", "teachers"),
    *("faces", "leaders", "团队", "lembaga", "pegawai", "人"),
)
#: The same in a sentence's shape: "The people your child will meet".
_ABOUT_TEAM = re.compile(
    r"(?:(?:meet|about|say hello to) )?(?:the|our|your|my) (?:[\w’'&-]{1,20} ){0,3}(?:team|people|founders?"
    r"|directors|leaders"
    r"|partners|lawyers|doctors|dentists|tutors|trainers|coaches|consultants|instructors|teachers|faces)(?:"
    r" [\w’'&-]{1,20}){0,6}"
    r"|lembaga pengarah|pegawai untuk dihubungi|(?:負責人|负责人|联系人|聯絡人).{0,30}",
    re.IGNORECASE,
)
#: Headings below which people of others stand, on any page.
_OF_OTHERS_HEADING = re.compile(
    r"(?:our |the |what |some |happy )*(?:testimonials?|reviews?|love notes|portfolio(?: \w{4,12})?|investees?"
    r"|investors?"
    r"|backed by|clients?(?: say.*)?|customers?(?: say.*)?|patients?(?: .*)?|students?(?: .*)?|parents?(?:"
    r" say.*)?|alumni"
    r"|top scorers.*|what (?:they|people|clients|customers|patients|parents|our .{1,20}|an? .{1,20}) sa(?:y"
    r"|id).*|case studies"
    r"|success stories|recent (?:cases|projects|works?)|in the (?:news|press|media)|trusted by|kind words"
    r"|alumni.{0,30}|retired (?:staff|partners?|members|directors?|colleagues)|former (?!.*@).{2,30}"
    r"|in memoriam|previous .{2,30}|前成員|前成员|ehemalige.{0,30}"
    r"|(?:the |our )?(?:hounds|pets|dogs|cats|mascots?|furry friends|past|past members|guests?(?: of .*)?)"
    r"|collaborators|awards|press|latest news|pelanggan(?: kami)?"
    r"|projek.{0,20})\W{0,2}",
    re.IGNORECASE,
)
#: Titles that a heading gives to the names below it.
_HEADING_TITLES = {
    "partners": "Partner",
    "our partners": "Partner",
    "directors": "Director",
    "board of directors": "Director",
    "founders": "Founder",
    "co-founders": "Co-founder",
}
#: Headings that end such a part.
_OTHER_HEADING = re.compile(
    r"(?:our |what |some |happy )*(?:testimonials?|reviews?|clients?(?: say.*)?|customers?(?: say.*)?|partners|news"
    r"|blog|products|services|projects"
    r"|contact(?: us)?|careers?|what (?:they|people|clients|customers) say.*|follow us|quick links)",
    re.IGNORECASE,
)
#: Headings on a page about the team that follow a part about others.
_STAFF_HEADING = re.compile(
    r"(?:our )?(?:partners?|associates?|consultants?|directors?|founders?|advisors?|advisers?|doctors?|nurses?"
    r"|lawyers?|staff"
    r"|professionals?|managers?|executives?)(?: (?:&|and) \w{4,14})?",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r"(?:MBBS|BDS|MDS|MD|MRCP|MRCS|FRCS|FAMS|MMed|M\.Med|PhD|Ph\.D|MBA|EMBA|CPA|CA|ACCA|LLB|LLM|B\.?Sc|M\.?Sc|B\.?Eng|M\.?Eng"
    r"|BA|MA|BBA|P\.?Eng|C\.?Eng)\b[^.!?]{0,80}"
    # of veterinarians, pharmacists, nurses, dentists, surveyors; with a country or school behind
    r"|(?:BVMS|BVM&S|BVSc|BVetMed|DVM|MRCVS|MB ?Ch ?B|BDSc|DDS|DMD|B\.?Pharm|PharmD|B\.?Physio|M?RICS|BArch|M\.?Arch"
    r"|B\.?Com)"
    r"(?:[,(&/ ][^.!?]{0,80})?"
    r"|Cert(?:ificate)?\.? (?:I{1,3}|IV)\b[^.!?]{0,60}|(?:Bachelor|Master|Diploma|Certificate)s? (?:of|in) [^.!?]{0,60}"
)
_LABEL = re.compile(r"([A-ZÀ-Ž\u4e00-\u9fff][\w&/ -]{1,30})\s?[:：]\s{1,2}(?=\S)")
#: Labels before the names of others, and those that say nothing of a person's part.
_OF_OTHERS_LABEL = re.compile(
    r"^our\b|\b(?:architect|developer|media|press|pr|photos?|photography|text|words|design|by|website|author|winner|venue|address|location|date|time|subject|from|to|cc|re|for|contacts?"
    r"|attn|attention|name|tel|phone|call|mobile|whatsapp|e-?mail|emergency|ambulance|hospital|doctor|outlet|branch)\b",
    re.IGNORECASE,
)
#: A registration between a name and its title.
YEARS = re.compile(r"\((?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d\)")
_CODE = re.compile(r"[A-Z]{0,3}[-/ ]?\d{3,10}[A-Z]?")
_ITEM = re.compile(r"\s[·•|]\s|;\s")
#: "ext. 21", "App. 31" (German).
_EXTENSION = re.compile(r"(?:ext|extension|app|dw|durchwahl)\b\.? ?\d{1,5}", re.IGNORECASE)
#: The first and last line of a name with its title, and both.
Pair: TypeAlias = tuple[int, int, str, str]
#: A line with a name or a title.
Line: TypeAlias = tuple[int, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines that a page's classes call a person's name or a job title."""

    names: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


def may_name_team(text: str) -> bool:
    """Tests a text quickly for a heading below which people of the company stand."""
    lower = text.lower()
    return any(word in lower for word in _TEAM_WORDS)


@once_per_line
def is_heading(line: str) -> bool:
    """True for a heading that begins or ends a part about people."""
    return any(it.fullmatch(line) for it in (_TEAM_HEADING, _ABOUT_TEAM, _OF_OTHERS_HEADING, _OTHER_HEADING))


def without_parts_about_others(text: str) -> str:
    """A text without the lines below headings about customers and former people."""
    left, kept = 0, []
    for line in text.split("\n"):
        if _begins_others(line):
            left = _BELOW_OTHERS
        elif left and is_heading(line):
            left = 0
        left = max(left - 1, 0)
        kept += [line] if not left or _OURS.search(line) else []
    return "\n".join(kept)


@once_per_line
def _begins_others(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and _OF_OTHERS_HEADING.fullmatch(line) is not None


def pairs_of(
    lines: Sequence[str],
    *,
    is_open: bool,
    is_read: bool,
    names: frozenset[str],
    menu: frozenset[str],
    marks: Marks | None = None,
) -> list[Pair]:
    """Names with titles: on one line, or on two neighbouring ones. Gives the first and last line of each.

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
        line = whole if is_open or len(whole) <= _LONGEST_HEADING else ""
        if whole not in menu:
            if not is_open and (_TEAM_HEADING.fullmatch(line) or _ABOUT_TEAM.fullmatch(line)):
                is_open = True
            elif is_open and (_OF_OTHERS_HEADING.fullmatch(line) or (not is_read and _OTHER_HEADING.fullmatch(line))):
                is_open = False
            elif is_read and not is_open and (_TEAM_HEADING.fullmatch(line) or _STAFF_HEADING.fullmatch(line)):
                is_open = True
        if not is_open:
            runs.append(run)
            run = []
            continue
        given = _HEADING_TITLES.get(line.lower().strip(" :"), given)
        if _DEGREES.fullmatch(line) or (run and run[-1][1] and _CODE.fullmatch(line)):
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
            title = line.removesuffix("s")
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
    """The names with titles on one line, if there are several; the one, if any; and the line's plain form."""
    items = _ITEM.split(line) if _ITEM.search(line) else [line]
    several = several_on_one_line(line)
    if len(items) > 1 and not several:
        several = [both for item in items if (both := on_one_line(plain_line(item), names))]
    line = plain_line(line)
    several = several or ([*title_and_name(line), *name_and_title(line)] if is_read else [])
    return tuple(several), on_one_line(line, names), line


def _labelled(line: str) -> tuple[str, str] | None:
    """ "Office: Martina Holzner", before an address or a number: the label stands for the title."""
    label = _LABEL.match(line)
    name = person_name(line[label.end() :]) if label else None
    if label is None or name is None:
        return None
    said = label[1]
    is_other = _OF_OTHERS_LABEL.search(said) or ROLE.search(said) or is_place(said) or is_heading(said)
    return None if is_other or person_name(said) else (name, said)


def _is_linked_name(line: str, below: Sequence[str]) -> bool:
    """True for a name that links to the person's own page, with a title below it."""
    return person_name(line) is not None and any(title_of(it) for it in below)


def _plural_title(line: str) -> str | None:
    """The title that a heading gives to the names below it: "Trainee solicitors"."""
    title = line.removesuffix("s").rstrip(":")
    return title if line.endswith("s") and len(line) <= LONGEST_DEPARTMENT and is_job_title(title) else None


def _names_on(line: str) -> list[str]:
    """The names on a line that holds nothing else: "Ana Cruz · Ben Low"."""
    parts = _ITEM.split(line)
    names = [name for part in parts if (name := person_name(part))]
    return names if len(names) == len(parts) > 1 else []


def _is_shared(line: str, below: Sequence[str]) -> bool:
    """True for the title of several names below it: "Directors"."""
    is_title = line.endswith("s") and is_job_title(line.removesuffix("s"))
    return is_title and len(below) == 2 and all(map(person_name, below))


def _has_shared(run: Sequence[Line]) -> bool:
    """True for titles above their names, one of several: no name is first, and no title last."""
    marks = "".join("T" if title is not None else "N" for _, _, title in run)
    return "NN" in marks and re.fullmatch(r"(?:TN+)+", marks) is not None


def _is_below_name(line: str, below: Sequence[str]) -> bool:
    """True for a department that stands for the title of the name above: "QA & Regulatory", then no other name."""
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
    """True for the job elsewhere of a council's member, whose role there stands above the name."""
    is_below = title[2] is not None and name[1] is not None and role[2] is not None
    return is_below and not is_at_home(title[2] or "") and not is_job_title((title[2] or "").rpartition(", ")[2])


def _matched(run: Sequence[Line]) -> Iterator[Pair]:
    """Pairs neighbouring names and titles: a name before its title, unless the whole run has titles first.

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
    """Each name with the title above it."""
    above, said = 0, ""
    for nth, name, title in run:
        if title is not None:
            above, said = nth, clean(title, LONGEST_TITLE)
        elif name is not None:
            yield nth if nth > above + 1 else above, nth, name, said
