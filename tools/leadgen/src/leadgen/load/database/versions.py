"""Detection of the SSIC version of a file's industry codes.

Most codes mean the same in each version, but some were reused for something else, so that reading them in the wrong one
finds the wrong companies. Codes that exist in one version only tell which it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadgen.load.database.staging import Connection
from leadgen.load.errors import UnknownVersion

#: What the register was in until 2025, and what a file is taken for where nothing tells.
DEFAULT = "2020"
#: More than this share of telling rows for another version: the file is mixed.
MIXED = 0.05
#: More than this share of rows with codes of no version that is loaded: one is missing.
UNKNOWN = 0.01

KNOWN = "SELECT DISTINCT version FROM ssic_ref ORDER BY version"

# Of each version, the rows that only it explains, by their primary code or else by the secondary; NULL is the others.
SURVEY = """
    WITH known AS (
        SELECT code, CASE WHEN count(*) = 1 THEN min(version) END AS version
          FROM ssic_ref WHERE level = 'subclass' GROUP BY code
    ), used AS (
        SELECT primary_ssic_code, secondary_ssic_code,
               count(*) AS rows, count(*) FILTER (WHERE uen IS NULL) AS without_uen
          FROM incoming GROUP BY primary_ssic_code, secondary_ssic_code
    )
    SELECT coalesce(first.version, second.version) AS version,
           sum(used.rows)::bigint AS rows,
           sum(used.without_uen)::bigint AS without_uen,
           coalesce(sum(used.rows) FILTER (WHERE first.code IS NOT NULL), 0)::bigint AS with_industry,
           coalesce(sum(used.rows) FILTER (
               WHERE (used.primary_ssic_code IS NOT NULL AND first.code IS NULL)
                  OR (used.secondary_ssic_code IS NOT NULL AND second.code IS NULL)), 0)::bigint AS unknown
      FROM used
      LEFT JOIN known AS first ON first.code = industry_code(btrim(used.primary_ssic_code))
      LEFT JOIN known AS second ON second.code = industry_code(btrim(used.secondary_ssic_code))
     GROUP BY 1
"""

KEEP_TELLING_CODES = """
    CREATE TEMPORARY TABLE telling (code text PRIMARY KEY, version text NOT NULL);
    INSERT INTO telling
    SELECT code, min(version) FROM ssic_ref WHERE level = 'subclass' GROUP BY code HAVING count(*) = 1
"""

#: The SQL of a row's version; $4 is the file's.
VERSION_OF_FILE = "$4::text"
VERSION_OF_ROW = (
    "coalesce((SELECT telling.version FROM pg_temp.telling "
    "WHERE telling.code = industry_code(btrim(incoming.primary_ssic_code))), $4::text)"
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Evidence from the rows of a load. `telling` counts, for each version, the rows that only it explains."""

    rows: int
    telling: Mapping[str, int]
    unknown: int = 0
    without_uen: int = 0
    #: Rows with a primary code that some loaded version has.
    with_industry: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The chosen version. `is_by_row`: only for rows whose primary code does not show another."""

    version: str
    why: str
    is_by_row: bool = False
    notes: tuple[str, ...] = ()


async def known_versions(connection: Connection, asked: str | None) -> list[str]:
    """Reads the versions in `ssic_ref`. Raises UnknownVersion if the requested one is not among them."""
    known = [row["version"] for row in await connection.fetch(KNOWN)]
    if asked is not None and asked not in known:
        raise UnknownVersion(
            f"SSIC {asked} is not loaded (there {'are' if len(known) > 1 else 'is'}: {', '.join(known) or 'none'}). "
            f"Load it with `leadgen ssic load FILE --version {asked}`, or leave --ssic-version out."
        )
    return known


async def survey(connection: Connection) -> Survey:
    """Examines `incoming`, before or after keys were made."""
    found = await connection.fetch(SURVEY)
    return Survey(
        rows=sum(row["rows"] for row in found),
        telling={row["version"]: row["rows"] for row in found if row["version"] is not None},
        unknown=sum(row["unknown"] for row in found),
        without_uen=sum(row["without_uen"] for row in found),
        with_industry=sum(row["with_industry"] for row in found),
    )


async def keep_telling_codes(connection: Connection) -> None:
    """Creates the temporary table for VERSION_OF_ROW."""
    await connection.execute(KEEP_TELLING_CODES)


def decide(known: Sequence[str], survey: Survey, asked: str | None) -> Reading:
    """Chooses the version. `known` are those in `ssic_ref`; the requested one is among them."""
    notes = _on_unknown_codes(known, survey)
    telling = survey.telling if len(known) > 1 else {}
    default = DEFAULT if DEFAULT in known or not known else max(known)
    ranked = sorted(telling, key=lambda version: (-telling[version], version != default, version))
    best, total = (ranked or [default])[0], sum(telling.values())
    if asked is not None:
        if telling.get(asked, 0) < total / 2:
            notes = (
                f"The codes suggest SSIC {best}: {telling[best]:,} of {total:,} rows that identify a version. "
                "Check --ssic-version.",
                *notes,
            )
        return Reading(asked, "as --ssic-version says.", notes=notes)
    if not total:
        why = (
            f"no row has a code that identifies another of {', '.join(known)}."
            if len(known) > 1
            else "the only version that is loaded."
        )
        return Reading(default, why if known else "taken as given, since no version is loaded.", notes=notes)
    others = total - telling[best]
    why = f"{telling[best]:,} of {total:,} rows whose code exists in only one version have a code of this version."
    if others <= MIXED * total:
        return Reading(best, why, notes=notes)
    mixed = (
        f"The file mixes versions ({', '.join(f'{telling[version]:,} rows of SSIC {version}' for version in ranked)}): "
        f"each row is read in the version that contains its primary code, or in {best} if several do. "
        "If the file has parts of one version each, load the parts separately, with --ssic-version."
    )
    return Reading(best, why, is_by_row=True, notes=(mixed, *notes))


def _on_unknown_codes(known: Sequence[str], survey: Survey) -> tuple[str, ...]:
    if not known:
        return (
            "No industry codes are loaded: run `leadgen migrate`, which seeds SSIC 2020, or `leadgen ssic load FILE`.",
        )
    if survey.unknown <= UNKNOWN * survey.rows:
        return ()
    return (
        f"{survey.unknown:,} of {survey.rows:,} rows have codes that no loaded version ({', '.join(known)}) knows, so "
        "that no industry finds them. If the file is of another version, load that with `leadgen ssic load FILE`, and "
        "then this file again, with --ssic-version if need be.",
    )
