"""From bytes to text, in whatever character set a page claims or turns out to be."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.http.decoding import Body, text_of, unpacked

GREETING = "Grüße – 你好"


@pytest.mark.parametrize(
    ("body", "declared", "text"),
    [
        (GREETING.encode(), "utf-8", GREETING),
        (GREETING.encode(), None, GREETING),
        (b"\xef\xbb\xbf" + GREETING.encode(), "iso-8859-1", GREETING),
        (b"\xff\xfe" + GREETING.encode("utf-16-le"), None, GREETING),
        ("你好".encode("gb18030"), "GB18030", "你好"),
        ("Grüße – x".encode("cp1252"), "ISO-8859-1", "Grüße – x"),
        ("Grüße – x".encode("cp1252"), "utf-8", "Grüße – x"),
        (b'<meta charset="big5">' + "你好".encode("big5"), None, '<meta charset="big5">你好'),
        (b"<meta charset='big5'>" + "é".encode(), "utf-8", "<meta charset='big5'>é"),
        ("你好".encode() + b"\xff", "utf-8", "你好\ufffd"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        ("镕".encode("gb18030"), "x-gbk", "镕"),
        ("⑫髙".encode("cp932"), "Shift_JIS", "⑫髙"),
        ("똠".encode("cp949"), "euc-kr", "똠"),
        (b"<meta charset=utf-16>" + "é".encode(), None, "<meta charset=utf-16>é"),
        (
            b"<!-- <meta charset=big5> --><meta charset=utf-8>" + "é".encode(),
            "",
            "<!-- <meta charset=big5> --><meta charset=utf-8>é",
        ),
        (b"<meta charset=gbk>" + ("你好" * 20).encode(), None, "<meta charset=gbk>" + "你好" * 20),
        (b"<meta charset=latin1>" + "café".encode("latin-1"), None, "<meta charset=latin1>café"),
        (b"abc", "no-such-charset", "abc"),
        (b"abc-", "punycode", "abc-"),
        (b"abc", "base64", "abc"),
        (b"+AGE-", "utf-7", "+AGE-"),
    ],
)
def test_the_mark_wins_then_the_header_then_the_page(body: bytes, declared: str | None, text: str) -> None:
    """The mark wins then the header then the page, and a wrong claim of UTF-8 is seen through; charsets that are none
    of the web's are not believed.
    """
    assert text_of(body, declared) == text


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_any_bytes_come_to_some_text(body: bytes, declared: str | None) -> None:
    """Never an error, whatever is claimed."""
    text_of(body, declared).encode()


@given(st.text())
def test_utf8_comes_back_as_it_was(text: str) -> None:
    """UTF-8 comes back as it was: what is really UTF-8 is never read as anything else."""
    body = text.encode()
    if not text.startswith("\ufeff") and "\ufffd" not in text and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert text_of(body, "utf-8") == text


@given(st.binary(max_size=300), st.integers(1, 400))
def test_a_file_is_what_it_was_before_it_was_packed(content: bytes, limit: int) -> None:
    """A file is what it was before it was packed, or stands for itself, where it is no gzip; up to the limit either
    way.
    """
    assert unpacked(gzip.compress(content), limit) == content[:limit]
    assert content.startswith(b"\x1f\x8b") or unpacked(content, limit) == content[:limit]


@given(st.binary(max_size=300).map(lambda rest: b"\x1f\x8b" + rest))
def test_a_broken_file_is_an_error_of_ours_or_nothing(content: bytes) -> None:
    """Never zlib's."""
    with suppress(SiteUnreachable):
        assert len(unpacked(content, 100)) <= 100


@given(st.lists(st.binary(max_size=50)), st.integers(1, 200))
def test_a_body_is_the_same_however_it_comes(chunks: list[bytes], limit: int) -> None:
    """In one piece or in many; what is missing is reported."""
    whole = b"".join(chunks)
    body = Body([], limit)
    for chunk in chunks:
        if body.is_full:
            break
        body.feed(chunk)
    body.end()

    assert (bytes(body.content), body.is_cut) == (whole[:limit], len(whole) > limit)
