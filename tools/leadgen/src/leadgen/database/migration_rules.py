"""Rules that keep the last version's services working during and after a migration: expand, then contract.

The checks read SQL by its words. They are for the files of this repository, not for any SQL there may be.
"""

import re
from collections.abc import Iterator

#: The first line of a file whose statements are executed one by one, each outside a transaction.
WITHOUT_TRANSACTION = "-- without transaction"
#: A line that says in which version the last user of what is taken away was gone.
CONTRACT = re.compile(r"^-- contract: unused since \S+", re.MULTILINE)

_MADE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
_INDEX = re.compile(
    r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?\w+ ON (?:ONLY )?(\w+)", re.IGNORECASE
)
_TAKEN_AWAY = re.compile(
    r"\bDROP (?:TABLE|COLUMN|FUNCTION|VIEW|PROCEDURE)\b|\bRENAME (?:COLUMN|TO)\b|\bREVOKE\b.*\bFROM leadgen_",
    re.IGNORECASE,
)
_REWRITE = re.compile(r"ALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b", re.IGNORECASE)
_REQUIRED = re.compile(r"ADD COLUMN (?:IF NOT EXISTS )?(\w+)([^,;]*)", re.IGNORECASE)
_CONSTRAINT = re.compile(
    r"ALTER TABLE (?:ONLY )?(\w+)[^;]*ADD (?:CONSTRAINT \w+ )?(?:CHECK|FOREIGN KEY)\b[^;]*", re.IGNORECASE
)


def breaches(sql: str) -> list[str]:
    """Lists the statements of a file that would lock a table for long or break the last version's services."""
    return list(_breaches(sql, re.sub(r"--[^\n]*", "", sql)))


def _breaches(sql: str, code: str) -> Iterator[str]:
    made = {name.lower() for name in _MADE.findall(code)}
    is_without_transaction = sql.startswith(WITHOUT_TRANSACTION)
    for concurrently, table in _INDEX.findall(code):
        if concurrently and not is_without_transaction:
            yield f"an index of {table} is made CONCURRENTLY: the file has to begin with `{WITHOUT_TRANSACTION}`"
        if not concurrently and table.lower() not in made:
            yield f"an index of {table} locks out its writers: CREATE INDEX CONCURRENTLY IF NOT EXISTS"
    if is_without_transaction and re.search(r"INDEX CONCURRENTLY (?!IF (?:NOT )?EXISTS)", code, re.IGNORECASE):
        yield "outside a transaction each statement has to be repeatable: IF NOT EXISTS"
    if _TAKEN_AWAY.search(code) and not CONTRACT.search(sql):
        yield "the last version may use what is taken away: `-- contract: unused since <version>` says it does not"
    if _REWRITE.search(code):
        yield "a column's new type rewrites the table: add a column, fill it, and take the old one away a version later"
    for column, rest in _REQUIRED.findall(code):
        if re.search(r"\bNOT NULL\b", rest, re.IGNORECASE) and not re.search(
            r"\bDEFAULT\b|GENERATED", rest, re.IGNORECASE
        ):
            yield f"the last version does not write {column}: NOT NULL needs a DEFAULT"
    for match in _CONSTRAINT.finditer(code):
        if match[1].lower() not in made and not re.search(r"\bNOT VALID\b", match[0], re.IGNORECASE):
            yield f"a constraint on {match[1]} reads all rows under a lock: NOT VALID, and VALIDATE in the next file"
