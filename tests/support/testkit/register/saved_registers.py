"""Registers of two companies, as programs save them, and the companies that they come to."""

import io
import zipfile
from pathlib import Path

from leadgen.load import Summary, load
from testkit.register.registers import Owner

HEADER = (
    "uen,entity_name,entity_status_description,registration_incorporation_date,building_name,postal_code,"
    "primary_ssic_code,secondary_ssic_code"
)
A = "209900001A,ALPHA PTE. LTD.,Live Company,2021-03-04,na,088535,62011,na"
B = "209900002A,BETA PTE. LTD.,Live Company,2021-03-04,na,018956,01120,46301"
READ_BACK = """
    SELECT uen, entity_name, is_live, registration_incorporation_date, building_name, postal_code,
           primary_ssic_code, secondary_ssic_code
      FROM staging_acra_companies ORDER BY uen
"""
ALPHA = ("209900001A", "ALPHA PTE. LTD.", True, "2021-03-04", None, "088535", "62011", None)
BETA = ("209900002A", "BETA PTE. LTD.", True, "2021-03-04", None, "018956", "01120", "46301")


def packed(files: dict[str, str]) -> bytes:
    """A zip with these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


async def loaded(database_url: str, folder: Path, content: str | bytes) -> Summary:
    file = folder / "register.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return await load(file, database_url)


async def read_back(owner: Owner) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in await owner.fetch(READ_BACK)]
