"""Splits a file into lines with any line ends, in bounded memory."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

LONGEST_LINE_CHARS = 65_536


class Lines:
    """The numbered lines of a file; lines can be put back."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._lines = enumerate(_lines(blocks), start=1)
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        """Puts rows back: the next reads return them first, in this order."""
        self._back.extendleft(reversed(lines))


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for block in _with_line_feeds(iter(blocks)):
        end = block.rfind(b"\n")
        if end < 0:
            # No line is that long: keep enough to see that it is too long, and let go of the remainder.
            rest = (rest + block)[: 4 * LONGEST_LINE_CHARS + 1]
            continue
        yield from _decoded(rest + block[:end])
        rest = block[end + 1 :]
    if rest:
        yield from _decoded(rest)


def _decoded(whole_lines: bytes) -> list[str]:
    text = whole_lines.decode("utf-8", "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text.split("\n")


def _with_line_feeds(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Replaces line ends that are CR only, which old Macintosh programs write."""
    start = b""
    for block in blocks:
        start += block
        if b"\n" in start or len(start) > 4 * LONGEST_LINE_CHARS:
            break
    is_cr_alone = b"\n" not in start and b"\r" in start
    for block in chain([start], blocks):
        yield block.replace(b"\r", b"\n") if is_cr_alone else block
