"""Finds the lines that a page's markup marks as a name or job title: `class="member-role"`, `itemprop`.

Such classes are written by themes and by hand alike, so that they tell a title in any words and any language.
"""

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MOST = 120  # elements
_LONGEST_NAME, _LONGEST_TITLE = 60, 100
_TITLE_SIGNS = ("role", "position", "designation", "job", "title", "occupation", "subtitle")
_NAME_SIGNS = ("name", "title")
_SELECTOR = ", ".join(f'[class*="{sign}"]' for sign in dict.fromkeys((*_TITLE_SIGNS, *_NAME_SIGNS)))
_OF_PERSON = r"(?:team|member|person|people|staff|profile|employee|bio|doctor|agent|tutor|teacher|leader|crew|author)"
#: A class of its own: "position-relative", "role-list" and "file-name" are none.
_TITLE = re.compile(
    rf"(?:[\w-]{{0,40}}[-_])?(?:role|designation|job[-_]?(?:title|role)|job|position|occupation)"
    rf"|(?:[\w-]{{0,40}}[-_])?{_OF_PERSON}[-_\w]{{0,40}}[-_](?:sub)?title"
)
_NAME = re.compile(rf"(?:[\w-]{{0,40}}[-_])?{_OF_PERSON}[-_\w]{{0,40}}name|(?:full[-_]?)?name")
#: A quick test for a class of a title: most pages have none.
_MAY_BE = re.compile(
    r"class\s?=\s?[\"'](?:[\w -]{0,60}[\s_\"'-])?(?:role|designation|job|position|occupation"
    rf"|[\w-]{{0,20}}{_OF_PERSON}[-_\w]{{0,20}}title)[\s\"'_-]"
)
_NONE = frozenset[str](), frozenset[str]()
_SENTENCE = re.compile(r"[.!?]\s|[.!?]$")
_BLANK = re.compile(r"\s+")


def marked_persons(tree: LexborHTMLParser, tags: str) -> tuple[frozenset[str], frozenset[str]]:
    """Finds the lines that the page's classes mark as a person's name, and those that they mark as a job title."""
    if not _MAY_BE.search(tags):
        return _NONE
    names: set[str] = set()
    titles: set[str] = set()
    for node in islice(tree.css(_SELECTOR), _MOST):
        classes = (node.attributes.get("class") or "").lower()[:200].split()
        if any(map(_TITLE.fullmatch, classes)):
            titles.update(_lines(node, _LONGEST_TITLE))
        elif any(map(_NAME.fullmatch, classes)):
            names.update(_lines(node, _LONGEST_NAME))
    return frozenset(names), frozenset(titles)


def _lines(node: LexborNode, longest: int) -> Iterator[str]:
    """Yields the line of an element that contains one line and no sentence."""
    text = _BLANK.sub(" ", node.text(separator=" ")).strip()
    if 2 <= len(text) <= longest and not _SENTENCE.search(text):
        yield text
