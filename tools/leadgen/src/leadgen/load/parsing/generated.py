"""A register of made-up companies as a source of rows: the same rows for the same count and seed."""

from collections.abc import Iterator
from itertools import islice

from leadgen.load.files.sources import Source
from leadgen.load.parsing.careful_rows import as_csv
from simulator.register import registry

ROWS_PER_BLOCK = 2_000


def generated(rows: int, seed: int) -> Source:
    """Builds a made-up register. Its size and positions count rows."""

    def blocks() -> Iterator[tuple[bytes, int]]:
        yield (as_csv(registry.COLUMNS) + "\n").encode(), 0
        companies = registry.rows(rows, seed)
        done = 0
        while block := [as_csv(company) for company in islice(companies, ROWS_PER_BLOCK)]:
            done += len(block)
            yield ("\n".join(block) + "\n").encode(), done

    return Source(f"{rows:,} generated companies", rows, blocks)
