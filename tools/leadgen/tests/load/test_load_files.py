"""Which files are a register: plain, packed, in a folder; and what is none is refused before anything changes."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leadgen.load import NotARegister, load
from testkit.register.registers import HEADER, Owner, a_company, as_csv, content, counts, held, write


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.csv", lambda content: content),
        ("a.csv", lambda content: b"\xef\xbb\xbf" + content),
        ("a.csv", lambda content: content.replace(b"\r\n", b"\n").rstrip()),
        ("a.csv.gz", gzip.compress),
        ("wrongly-named.csv", gzip.compress),
        ("a.zip", lambda content: zipped({"folder/a.csv": content, "__MACOSX/a.csv": b"\0", "readme.txt": b"hello"})),
    ],
    ids=["plain", "BOM", "no end of line", "gz", "gz by another name", "zip"],
)
async def test_a_file_may_be_packed(
    owner: Owner, database_url: str, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """Plain, .gz or .zip, as its first bytes tell."""
    (tmp_path / name).write_bytes(pack(as_csv([a_company(1), a_company(2)])))

    assert counts(await load(tmp_path / name, database_url)) == (2, 0, 0, 0, 0)
    assert await held(owner) == [a_company(1), a_company(2)]


async def test_a_folder_of_letter_files_is_one_load(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """In the order of names, each by its own header, also of another vintage; other files are left alone."""
    folder = tmp_path / "register"
    folder.mkdir()
    write(folder / "a.csv", [a_company(1), a_company(2, "OLD")])
    (folder / "b.csv.gz").write_bytes(gzip.compress(as_csv([[*reversed(a_company(2, "NEW"))]], HEADER[::-1])))
    titles = ("Shoe Size", "UEN", "Entity Name", "Primary SSIC Code", "No Of Charges")
    (folder / "c.zip").write_bytes(zipped({"c.csv": as_csv([("46", *a_company(3)[:2], "25910", "1")], titles)}))
    (folder / "a.csv.rejects.csv").write_text("file,line,reason,text\n")
    (folder / "readme.txt").write_text("hello")
    first, before = await load(folder, database_url), await content(owner)

    assert (first.files, counts(first), first.ignored_columns) == (3, (3, 0, 0, 1, 0), ("Shoe Size",))
    assert await held(owner) == [a_company(1), a_company(2, "NEW"), (*a_company(3)[:2], None, "25910")]
    assert await owner.fetchval("SELECT no_of_charges FROM staging_acra_companies WHERE no_of_charges <> ''") == "1"
    assert counts(await load(folder, database_url)) == (0, 0, 3, 1, 0)
    assert await content(owner) == before


BROKEN_ZIP = bytearray(zipped({"a.csv": as_csv([a_company(n) for n in range(99)])}))
BROKEN_ZIP[70:80] = b"xxxxxxxxxx"
MANY = as_csv([a_company(n, f"COMPANY {n * 7919 % 99_991}") for n in range(60_000)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x7fELF\x02\x01\x00\x00" * 999, "not the register's header: it is not text"),
        (b"<!DOCTYPE html><html></html>", "not the register's header"),
        (as_csv([("1", "A")], ("uen", "entity_name")), "no primary_ssic_code"),
        (b"\xff\xfe\x00\xd8", "UTF-16"),
        (b"\x1f\x8bgarbage", "broken from the start"),
        (b"PK\x03\x04garbage", "cannot be read"),
        (zipped({"readme.md": b"hello"}), "no .csv file in this zip"),
        (bytes(BROKEN_ZIP), "broken"),
        (gzip.compress(MANY)[:-9], "broken after [0-9,]+ bytes"),
    ],
    ids=["empty", "binary", "html", "collection 1", "utf-16", "bad gz", "bad zip", "zip of others", "crc", "cut gz"],
)
async def test_what_is_no_register_is_refused_and_changes_nothing(
    owner: Owner, database_url: str, tmp_path: Path, content: bytes, message: str
) -> None:
    """Whether it shows at the start or only at the end, after a first file that was good."""
    write(tmp_path / "a.csv", [a_company(1)])
    (tmp_path / "b.csv").write_bytes(content)
    with pytest.raises(NotARegister, match=message) as refused:
        await load(tmp_path, database_url)

    assert "b.csv" in str(refused.value)
    assert await held(owner) == []


@pytest.mark.parametrize("path", ["nowhere.csv", "empty"])
async def test_a_path_to_nothing_is_refused(database_url: str, tmp_path: Path, path: str) -> None:
    """No such file, or a folder without a CSV."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotARegister, match=path):
        await load(tmp_path / path, database_url)
