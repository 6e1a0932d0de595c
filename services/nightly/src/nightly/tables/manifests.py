"""Manifests of runs (`run_manifests`, and a row of `run_companies` per company): the companies requested."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from common.postgres import Connection
from nightly.model import Caps, ChainIds, Source
from nightly.plan.selection import Target

SAVE = """
    INSERT INTO run_manifests (tenant_id, run_id, night, source, company_ids, caps, vendor_budget, considered)
    VALUES (tenant(), $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true
"""
SAVE_COMPANIES = """
    INSERT INTO run_companies (tenant_id, run_id, night, position, company_id, uen, name, reason, detail, event_id,
                               enriched_id, scored_id)
    SELECT tenant(), $1, $2, position, company_id, uen, name, reason, detail, requested, enriched, scored
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[])
           WITH ORDINALITY AS it (company_id, uen, name, reason, detail, requested, enriched, scored, position)
"""
COMPANY_IDS = "SELECT company_ids FROM run_manifests WHERE tenant_id = tenant() AND run_id = $1"


class Manifest(NamedTuple):
    """The companies of a run, in order, with the caps, budgets and counts of candidates at its selection."""

    source: Source
    targets: Sequence[Target]
    caps: Caps
    vendor_budget: Mapping[str, Mapping[str, int]]
    considered: Mapping[str, int]


async def save(tx: Connection, run_id: UUID, night: date, manifest: Manifest, ids: Sequence[ChainIds]) -> bool:
    """Writes the manifest with the event ids of each company. Returns False if the run has one already."""
    companies = [target.company for target in manifest.targets]
    is_new = await tx.fetchval(
        SAVE,
        run_id,
        night,
        manifest.source,
        [company.company_id for company in companies],
        json.dumps({"cap": manifest.caps.cap, **manifest.caps._asdict()}),
        json.dumps(manifest.vendor_budget),
        json.dumps(manifest.considered),
    )
    if is_new and companies:
        rows = [
            (it.company.company_id, it.company.uen, it.company.name, it.reason, it.detail, *chain)
            for it, chain in zip(manifest.targets, ids, strict=True)
        ]
        await tx.execute(SAVE_COMPANIES, run_id, night, *map(list, zip(*rows, strict=True)))
    return bool(is_new)


async def company_ids(tx: Connection, run_id: UUID) -> list[int] | None:
    """Reads the companies of a run's manifest, in order; `None` if the tenant has no such run with a manifest."""
    found: list[int] | None = await tx.fetchval(COMPANY_IDS, run_id)
    return found
