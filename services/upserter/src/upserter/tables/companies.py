"""The shared table `companies`: public register facts, one row per UEN, the same for every tenant.

A missing value never erases a known one. `last_seen` changes with every upsert, `updated_at` and the facts only with
new content. The view `registered_companies` normalises entries; the rows never leave the database.

An entry without a UEN is identified by its name, ignoring case, among the companies without a UEN: one match is
updated, none is inserted, and several are ambiguous, so the entry is skipped.
"""

from collections.abc import Sequence
from typing import NamedTuple

from common.contracts import Company
from common.postgres import Connection, as_json

#: Prefix of the keys of entries without a UEN; the SQL function no_uen builds them.
NO_UEN = "NO-UEN-"

#: Columns in the order of the contract, after `company_id` and `uen`.
FACTS = (
    "name",
    "entity_type",
    "status",
    "incorporated_on",
    "industry_code",
    "industry_norm",
    "secondary_industry_code",
    "address",
    "postal_code",
    "website_domain",
    "ssic_version",
)
_FACTS = ", ".join(FACTS)


# A title belongs to its code: a new code without a title does not keep the old title. A secondary code belongs to its
# version: it is not kept with a new version. Entries that are older than the known facts do not overwrite them.
_TITLE = (
    "coalesce({new}.industry_norm, CASE WHEN"
    " coalesce({new}.industry_code = known.industry_code, {new}.industry_code IS NULL) THEN known.industry_norm END)"
)
_SECONDARY = (
    "CASE WHEN {new}.ssic_version <> known.ssic_version THEN {new}.secondary_industry_code"
    " ELSE coalesce({new}.secondary_industry_code, known.secondary_industry_code) END"
)
_ODD = {"industry_norm": _TITLE, "secondary_industry_code": _SECONDARY}
_IS_OLD = "{new}.registered_at < known.registered_at"
_MERGED = ", ".join(
    f"{fact} = CASE WHEN {_IS_OLD} THEN known.{fact} ELSE "
    + _ODD.get(fact, f"coalesce({{new}}.{fact}, known.{fact})")
    + " END"
    for fact in FACTS
)
_SAME = " AND ".join(f"coalesce({{new}}.{fact} = known.{fact}, {{new}}.{fact} IS NULL)" for fact in FACTS)
_SET = (
    f"{_MERGED}, registered_at = greatest({{new}}.registered_at, known.registered_at), last_seen = now(),"
    f" updated_at = CASE WHEN {_IS_OLD} OR {_SAME} THEN known.updated_at ELSE now() END"
)

_RETURNING = f"new.company_id, {', '.join(f'new.{fact}' for fact in FACTS)}"
_OUTCOME = "old.company_id IS NULL AS inserted, old.company_id IS NULL OR old.updated_at <> new.updated_at AS changed"

_UNLESS_SAME = ", ".join(f"CASE WHEN same.uen IS NULL THEN entries.{it} ELSE same.{it} END AS {it}" for it in FACTS)

_GIVEN = "ARRAY(SELECT json_array_elements_text($1))"

# An entry that has not changed since its company was written is not normalised again: that is most of the work. LIMIT
# keeps the look-up from becoming a join: a join planned while the table was empty reads all companies, and is cached.
_FRESH = f"""
    fresh AS (
        SELECT entry, entries.uen, entries.registered_at, {_UNLESS_SAME}
          FROM registered_companies AS entries
          LEFT JOIN LATERAL (
               SELECT uen, {_FACTS} FROM companies
                WHERE uen = entry AND registered_at = entries.registered_at AND industry_norm = entries.industry_norm
                LIMIT 1) AS same ON true
         WHERE entry = ANY({_GIVEN}))"""

#: Rows are written in order of UEN, so that transactions that share companies wait instead of deadlocking. Statements
#: continue from `written`: entry, company_id, the facts, inserted, changed.
BY_UEN = f"""
    WITH {_FRESH},
    written AS (
        INSERT INTO companies AS known (uen, registered_at, {_FACTS})
        SELECT uen, registered_at, {_FACTS} FROM fresh WHERE uen IS NOT NULL ORDER BY uen
        ON CONFLICT (uen) DO UPDATE SET {_SET.format(new="excluded")}
     RETURNING new.uen AS entry, {_RETURNING}, {_OUTCOME})
"""

#: Locks names in one order before anything else is locked.
LOCK_NAMES = """
    SELECT pg_advisory_xact_lock(hashtextextended(entry, 1))
      FROM (SELECT entry FROM json_array_elements_text($1) AS given (entry) ORDER BY entry) AS sorted
"""
BY_NAME = f"""
    WITH {_FRESH},
    namesakes AS (
        SELECT fresh.entry, alike.company_id, alike.many
          FROM fresh
         CROSS JOIN LATERAL (
               SELECT min(company_id) AS company_id, count(*) AS many
                 FROM companies WHERE lower(companies.name) = lower(fresh.name) AND companies.uen IS NULL) AS alike
         WHERE alike.many > 0),
    found AS (
        UPDATE companies AS known SET {_SET.format(new="fresh")}
          FROM fresh JOIN namesakes USING (entry)
         WHERE known.company_id = namesakes.company_id AND many = 1
     RETURNING fresh.entry, {_RETURNING}, {_OUTCOME}),
    made AS (
        INSERT INTO companies AS known (registered_at, {_FACTS})
        SELECT registered_at, {_FACTS} FROM fresh LEFT JOIN namesakes USING (entry) WHERE many IS NULL ORDER BY entry
     RETURNING no_uen(new.name) AS entry, {_RETURNING}, {_OUTCOME}),
    written AS (SELECT * FROM found UNION ALL SELECT * FROM made)
"""

COUNTED = "SELECT count(*) FILTER (WHERE inserted) AS inserted, count(*) FILTER (WHERE changed) AS changed FROM written"

PREVIEW = f"SELECT entry AS uen, {_FACTS} FROM registered_companies WHERE entry = ANY({_GIVEN})"

#: The id of a company in a preview, which is not written.
UNSAVED = 0


class Upserted(NamedTuple):
    """Numbers of inserted rows and of rows with new content, inserted ones included."""

    inserted: int
    changed: int


def statements_for(entries: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs the statements that write these entries with their share of them as JSON; the one by name comes first."""
    nameless = [entry for entry in entries if entry.startswith(NO_UEN)]
    others = [entry for entry in entries if not entry.startswith(NO_UEN)] if nameless else entries
    return [(statement, as_json(share)) for statement, share in ((BY_NAME, nameless), (BY_UEN, others)) if share]


async def lock_names(tx: Connection, statement: str, share: str) -> None:
    """Takes the locks that a statement of `statements_for` needs before it runs."""
    if statement is BY_NAME:
        await tx.execute(LOCK_NAMES, share)


async def upsert(tx: Connection, entries: Sequence[str]) -> Upserted:
    """Inserts or updates the companies of these register entries. May be repeated."""
    inserted = changed = 0
    for statement, share in statements_for(entries):
        await lock_names(tx, statement, share)
        row = await tx.fetchrow(statement + COUNTED, share)
        if row is not None:
            inserted, changed = inserted + row["inserted"], changed + row["changed"]
    return Upserted(inserted, changed)


async def preview(tx: Connection, entries: Sequence[str]) -> list[Company]:
    """Returns entries as companies in the given order without writing them; their `company_id` is 0."""
    rows = await tx.fetch(PREVIEW, as_json(entries))
    shown = {row["uen"]: Company(company_id=UNSAVED, **dict(row)) for row in rows}
    return [shown[entry] for entry in entries if entry in shown]
