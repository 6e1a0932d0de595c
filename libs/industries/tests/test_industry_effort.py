"""The work on a text: by its length, and never more than fits below 15 ms, the limit for the 99th percentile."""

import re
import sys
import time
import timeit
from types import FrameType
from typing import Any

import pytest

from industries.language.names.lexicon import LONGEST_PHRASE
from industries.language.names.numbers import CodeNumbers
from industries.language.text.exclusions import mark
from industries.language.text.spelling import MOST_UNKNOWN
from industries.language.text.words import LONGEST_TEXT, MOST_WORDS
from industries.ssic.hierarchy import Hierarchy
from testkit.register.industries import codes_2020, index_2020


@pytest.mark.parametrize("text", ["toys," * 800, "xkcdq " * 500, "furniture and " * 300, "12345 " * 500, "not " * 900])
def test_the_work_on_a_text_is_bounded(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work on a text is bounded, however long it is: so many look-ups a word, so many words, and a text of noise is
    not corrected.
    """
    counted = {"phrases": 0, "spellings": 0}
    meaning, nearest = index_2020()._lexicon.meaning, index_2020()._speller.nearest

    def count_meaning(words: list[str]) -> object:
        counted["phrases"] += 1
        return meaning(words)

    def count_nearest(word: str, *rest: float) -> object:
        counted["spellings"] += 1
        return nearest(word, *rest)

    monkeypatch.setattr(index_2020()._lexicon, "meaning", count_meaning)
    monkeypatch.setattr(index_2020()._speller, "nearest", count_nearest)
    index_2020().resolve([text])
    assert counted["phrases"] <= MOST_WORDS * LONGEST_PHRASE
    assert counted["spellings"] <= MOST_UNKNOWN * 2


REPEATED = """
code|maker|toys,|furniture of|furniture and maker|sell to|not manufacturing|not furniture,|but including toys|the
elderly|except 10 and|ssic|xkcdq|12345|all the other|construction and newer
"""


@pytest.mark.slow
@pytest.mark.parametrize("words", re.split(r"\||\n", REPEATED.strip()))
def test_the_work_on_a_text_grows_with_its_words_and_has_a_limit(words: str) -> None:
    """Steps of the interpreter, which no load changes: twice the words are twice the steps, never four times.

    600,000 steps are below 15 ms, which is the limit for the 99th percentile, in a text as long as is read at all.
    """
    once = MOST_WORDS // 2 // len(words.split())
    less, more = (steps_of(f"{words} " * times) for times in (once, 2 * once))
    assert more < 2.5 * less
    assert steps_of(f"{words} " * LONGEST_TEXT) < 600_000


def steps_of(text: str) -> int:
    """Counts the interpreter's steps to resolve a text; known words are folded already."""
    steps = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return count

    index_2020().resolve([text])
    before = sys.gettrace()
    sys.settrace(count)
    try:
        index_2020().resolve([text])
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("text", ["code ", "code no ", "code 10 ", "except 10 and ", "no ", "not 10", "10\n,"])
def test_looking_for_codes_takes_time_by_the_length_of_a_text(text: str) -> None:
    """Regular expressions take no steps, so CPU time counts: 32 times the text takes far below 1,024 times as long."""
    numbers = CodeNumbers(Hierarchy(codes_2020()))

    def seconds(times: int) -> float:
        return min(
            timeit.repeat(
                lambda: (numbers.extract(text * times), mark(text * times)), number=1, repeat=5, timer=time.process_time
            )
        )

    assert seconds(3200) < 32 * 8 * seconds(100)
