"""Decodes an answer to text: decompressed up to a limit, in its real character set."""

import codecs
import re
import zlib
from collections.abc import Sequence

import webencodings

from enricher.crawl.errors import SiteUnreachable

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{1,40})""", re.IGNORECASE)
#: What a gzip file begins with.
GZIP = b"\x1f\x8b"
_BLANKS = b" \t\r\n\xef\xbb\xbf"
_OVERHEAD = 64 * 1024  # packing may make a body longer, but not by much
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

#: Python's codecs that read what browsers read under these names (https://encoding.spec.whatwg.org).
_CODECS = {"gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc-kr": "cp949"}
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEAD = 4096
_SAMPLE = 100_000
_SURE = 8


class Body:
    """The first `limit` bytes of an answer's body, decompressed as they arrive: a bomb is never held whole.

    `codings` are those of its Content-Encoding. `is_cut` says that something is missing, `is_broken` that it is missing
    because the bytes ended early, `is_full` that nothing more will be taken. Raises SiteUnreachable for codings that
    nobody asked for.
    """

    def __init__(self, codings: Sequence[str], limit: int) -> None:
        self.content = bytearray()
        self.is_cut = False
        self.is_broken = False
        self.is_full = False
        self._limit = limit
        self._taken = 0
        self._first = b""
        match codings:
            case []:
                self._unpacker = None
            case ["gzip" | "x-gzip" | "deflate"]:
                self._unpacker = zlib.decompressobj(wbits=47)
            case _:
                raise SiteUnreachable(f"packed as {', '.join(codings)[:40]}, which was not requested")

    def feed(self, chunk: bytes) -> None:
        """Adds the next bytes of the answer. Raises SiteUnreachable if they are invalid for their encoding.

        Plain text that claims to be packed is taken as it is, as browsers do.
        """
        if self._unpacker is not None and not self._taken:
            self._first += chunk
            if len(self._first) < len(GZIP):
                return
            chunk = self._first
            if chunk.lstrip(_BLANKS)[:1] == b"<":
                self._unpacker = None
        room = self._limit - len(self.content)
        if self._unpacker is None:
            self.content += chunk[:room]
            self.is_cut = self.is_full = len(chunk) > room
            return
        try:
            unpacked = self._unpacker.decompress(chunk, room + 1)
        except zlib.error as error:
            raise SiteUnreachable("the compressed body is damaged") from error
        self.content += unpacked[:room]
        self._taken += len(chunk)
        # A stream may come to nothing for ever, and what follows a stream's end would be kept aside by zlib.
        self.is_cut = len(unpacked) > room or (self._taken > self._limit + _OVERHEAD and not self._unpacker.eof)
        self.is_full = self.is_cut or self._unpacker.eof

    def end(self) -> None:
        """Marks the end of the bytes; a compressed body without its own end counts as broken."""
        if self._taken and self._unpacker and not self._unpacker.eof:
            self.breaks_off()

    def breaks_off(self) -> None:
        """Marks that no more bytes come, though there were more."""
        self.is_cut = self.is_broken = True


def unpacked(content: bytes, limit: int) -> bytes:
    """Returns the first `limit` bytes of a file that may be gzip. Raises SiteUnreachable if it is a broken one."""
    if not content.startswith(GZIP):
        return content[:limit]
    body = Body(["gzip"], limit)
    body.feed(content)
    return bytes(body.content)


def text_of(body: bytes, declared: str | None) -> str:
    """Decodes an HTML body to text. `declared` is the charset of its content type. Never raises.

    A byte order mark wins over the header, the header over the page's own word, which does not count where the body is
    UTF-8. What claims to be UTF-8 (or nothing)
    and is not is read as Windows-1252, unless it is UTF-8 for the most part: then only the bad bytes are replaced.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    charset = _codec(declared) or (None if _is_utf8(body) else _of_page(body)) or "utf-8"
    text = body.decode(charset, "replace")
    if charset == "utf-8" and "\ufffd" in text and text.replace("\ufffd", "").isascii():
        return body.decode("cp1252", "replace")
    return text


def _is_utf8(body: bytes) -> bool:
    """True for bytes that are almost certainly UTF-8: several multi-byte characters, and no error."""
    if body.isascii():
        return False
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(not sign.isascii() for sign in text[:_SAMPLE]) >= _SURE


def _of_page(body: bytes) -> str | None:
    """Finds the codec that the page names in a meta element outside comments.

    UTF-16 is taken as UTF-8: it was readable.
    """
    meta = _META.search(_COMMENT.sub(b"", body[:_HEAD]))
    codec = _codec(meta[1].decode("ascii", "replace")) if meta else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _codec(label: str | None) -> str | None:
    """Finds Python's codec for a label of the web; `None` for labels that browsers do not know, such as `punycode`."""
    encoding = webencodings.lookup(label.strip("\"' ")) if label else None
    if encoding is None or encoding.name in ("replacement", "x-user-defined"):
        return None
    return _CODECS.get(encoding.name) or str(encoding.codec_info.name)
