"""Finds a title and a name side by side with nothing between: "HR Manager Jasper Chin"."""

import re
from collections.abc import Iterator

from enricher.extract.own_words import sentence_around
from enricher.extract.persons.employers import is_at_home
from enricher.extract.persons.names import person_name
from enricher.extract.persons.prose.wording import (
    OF_PARTNERS,
    OUTSIDE,
    UPPER,
)
from enricher.extract.persons.titles import is_job_title, is_known

#: Capitalised words in a row, with forms of address: "Chief Financial Officer Mei Tan", "General Manager Mr. Tan".
RUN = re.compile(
    rf"(?:(?:[{UPPER}][\w&/’'-]{{1,20}}\.?|of|for|&|bin|binte|bte|s/o|d/o|de|van) ){{1,9}}[{UPPER}][\w’'-]{{1,20}}"
)
#: Forms of address that are titles, too.
_LEADING = frozenset({"chef", "coach", "teacher", "captain"})
#: A name before a title: another company's, or "Omega's".
_NAMED_BEFORE = re.compile(r"(?:[A-Z][\w&.-]{1,20}(?:['’]s)?|['’]s|\b[Ww]hose|\b[Tt]heir|\b[Hh]is|\b[Hh]er) $")
#: "Founder and Managing Director Ana Cruz"
_AND_BEFORE = re.compile(rf"(?:^|[.;:(,–—-] |\b[Oo]ur )((?:[{UPPER}][\w-]{{1,20}} ?){{1,3}}) and $")
#: The end of the sentence before.
_ENDED = re.compile(r"[a-z]{5}\. $")


def before_name(line: str, found: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Finds a title of words of titles only, after no other name: not "Omega's CEO Mei Tan"."""
    words = found[0].split()
    known = [is_known(word.lower().rstrip(".")) for word in words]
    first = next((nth for nth, it in enumerate(known) if it and words[nth][:1].isupper()), len(words))
    before = line[: found.start()] + "".join(f"{word} " for word in words[:first])
    if (_NAMED_BEFORE.search(before) and not _ENDED.search(before)) or OUTSIDE.search(sentence_around(line, found)[0]):
        return
    for end in range(len(words) - 1, first, -1):
        title = " ".join(words[first:end])
        if all(known[first:end]) and is_job_title(title) and (name := name_of(" ".join(words[end:]))):
            also = _AND_BEFORE.search(line[: found.start()]) if first == 0 else None
            title = f"{also[1]} and {title}" if also and is_job_title(also[1]) else title
            if not OF_PARTNERS.search(title) and title.lower() not in _LEADING:
                yield name, title
            return


def title_and_name(said: str) -> Iterator[tuple[str, str]]:
    """Finds a title and then a name with nothing between: "HR Manager Jasper Chin"."""
    words = said.split()
    if not words or not is_known(words[0].lower()):
        return
    for nth in range(1, min(5, len(words) - 1)) if 3 <= len(words) <= 8 else ():
        title, name = " ".join(words[:nth]), " ".join(words[nth:])
        if (
            not title.endswith(",")
            and words[nth - 1].lower() not in _LEADING
            and is_job_title(title)
            and (found := person_name(name))
        ):
            yield found, title
            return


def name_of(words: str) -> str | None:
    """Returns the person's name; one word counts only after a form of address."""
    return person_name(words.strip(" ,."))


def name_and_title(said: str) -> Iterator[tuple[str, str]]:
    """Finds a name and then a title with nothing between: "Ana Cruz Projektleiterin"."""
    words = said.split()
    for nth in range(2, len(words)) if 3 <= len(words) <= 8 else ():
        if is_known(words[nth].lower().rstrip(",")) and words[nth][:1].isupper():
            name, title = person_name(" ".join(words[:nth])), " ".join(words[nth:])
            if (
                name
                and ("," not in said or is_at_home(title))
                and is_job_title(title)
                and not any(is_known(it.lower()) for it in words[:nth])
            ):
                yield name, title
            return
