"""A database that knows some industries."""

import pytest

from testkit.register.entries import Owner

TITLES = """
    INSERT INTO ssic_ref (version, code, level, title)
    VALUES ('2020', '01111', 'subclass', 'Growing of  Leafy and fruit vegetables'),
           ('2020', '63901', 'subclass', 'News agency activities'),
           ('2025', '63901', 'subclass', 'Internet search engines')
"""


@pytest.fixture
async def sql(owner: Owner) -> Owner:
    """A database that knows three industries."""
    await owner.execute(TITLES)
    return owner
