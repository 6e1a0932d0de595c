"""Compares the links with the tenant's Odoo, in both directions; changes nothing."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from common.cloudevents import decode_body
from common.contracts import LeadScored
from odoo_sync.model import MODELS, Kind, Link, Record, Values
from odoo_sync.records import mapping, partner_matching
from odoo_sync.records.lookalikes import normal_uen, uen_spellings
from odoo_sync.records.ownership import is_surely_ours
from odoo_sync.sync.availability import Transaction
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.sync.target import RealTarget, Target
from odoo_sync.tables import links
from odoo_sync.tables.connections import StoredConnection

CHUNK = 200
#: The words of a link's note about a merge that was followed.
MERGED = " was merged into "


async def audit(syncing: LeadSync, transaction: Transaction, connection: StoredConnection) -> dict[str, Any]:
    """Counts the links by outcome, and lists every difference: missing, out of sight, not ours, archived, changed,
    duplicate; and the leads that are refused or wait for a decision.
    Counts the leads that Odoo does not have by reason, and lists the merges that were followed.

    Raises CredentialsUnreadable, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    target = RealTarget(syncing.servers.get(connection.decrypted(syncing.decrypter)))
    last = 0
    outcomes: Counter[str] = Counter()
    held: Counter[str] = Counter()
    notes: list[str] = []
    differences: list[dict[str, Any]] = []
    while True:
        async with transaction() as tx:
            known = await links.page(tx, last, CHUNK)
        if not known:
            return {
                "links": dict(sorted(outcomes.items())),
                "held": dict(held.most_common()),
                "merged": notes,
                "differences": differences,
            }
        last = max(known)
        outcomes.update(link.outcome for link in known.values())
        held.update(str(link.reason) for link in known.values() if link.outcome in ("blocked", "deleted", "refused"))
        notes += [f"{_name(it, link)}: {note}" for it, link in known.items() for note in link.notes if MERGED in note]
        here = {_name(it, link): link for it, link in known.items() if link.place in (None, connection.place)}
        differences += [difference async for difference in _compared(target, here)]
        differences += list(_held(known))
        uens = [_uen(link) for link in here.values() if link.lead]
        differences += await _duplicates(target, [uen for uen in uens if uen])


def _held(known: Mapping[int, Link]) -> Iterator[dict[str, Any]]:
    """Yields the leads that Odoo refuses or that wait for a person, with the reason and the candidates."""
    for company_id, link in known.items():
        if link.outcome == "refused":
            candidates = [it for it in link.notes if it.startswith("candidate ")]
            about = {"uen": _name(company_id, link), "record": "lead", "what": "refused"}
            yield {**about, "reason": link.reason, "candidates": candidates}


async def _compared(target: Target, known: Mapping[str, Link]) -> AsyncIterator[dict[str, Any]]:
    for model in ("res.partner", "crm.lead"):
        wanted = [
            (record.id, name, kind, record)
            for name, link in known.items()
            for kind, record in link.records.items()
            if MODELS[kind] == model and record.id is not None
        ]
        numbers = sorted({number for number, *_ in wanted})  # after a merge two companies may share a partner
        found = {it["id"]: it for it in await target.search(model, [["id", "in", numbers]])} if wanted else {}
        strangers = await _strangers(target, model, known, [it for it in wanted if it[0] in found], found)
        hidden = await target.hidden_among(model, [number for number in numbers if number not in found])
        for number, name, kind, record in wanted:
            about = {"uen": name, "record": kind, "id": number}
            if number not in found:
                yield {**about, "what": "out of sight" if number in hidden else "missing"}
                continue
            if number in strangers:
                yield {**about, "what": "not ours"}
                continue
            if not found[number].get("active", True):
                yield {**about, "what": "archived"}
            for column, ours, theirs in _changed(record.held, found[number]):
                yield {**about, "what": "changed", "column": column, "written": ours, "there": theirs}


async def _strangers(
    target: Target,
    model: str,
    known: Mapping[str, Link],
    wanted: Sequence[tuple[int, str, Kind, Record]],
    found: Mapping[int, Values],
) -> set[int]:
    """Finds our database ids that belong to other records after a restore of the database."""
    doubtful = {
        number: _external_id(known[name], kind)
        for number, name, kind, record in wanted
        if not is_surely_ours(kind, record, found[number], name)
    }
    borne = await target.external_ids(model, sorted(doubtful)) if doubtful else {}
    return {number for number, ours in doubtful.items() if ours not in borne.get(number, frozenset())}


def _external_id(link: Link, kind: Kind) -> str | None:
    if link.lead is None:
        return None
    lead = decode_body(LeadScored, link.lead.encode())
    return link.record(kind).name or mapping.external_id(kind, lead.tenant_id, lead.company.uen)


def _changed(held: Values, now: Values) -> Iterator[tuple[str, Any, Any]]:
    for column, value in held.items():
        if column in now and now[column] != value:
            yield column, value, now[column]


async def _duplicates(target: Target, uens: list[str]) -> list[dict[str, Any]]:
    """Lists the companies with more than one partner."""
    if not uens:
        return []
    columns = [it for it in partner_matching.UEN_COLUMNS if it in await target.columns("res.partner")]
    spellings = [it for uen in uens for it in uen_spellings(uen)]
    partners = await target.search("res.partner", partner_matching.with_uen(spellings, columns))
    ours = {normal_uen(uen): uen for uen in uens}
    by_uen: dict[str, set[int]] = defaultdict(set)
    for partner in partners:
        if not partner.get("is_company"):
            continue
        for uen in {normal_uen(partner.get(column)) for column in columns} & ours.keys():
            by_uen[ours[uen]].add(partner["id"])
    return [
        {"uen": uen, "record": "company", "what": "duplicate", "ids": sorted(numbers)}
        for uen, numbers in sorted(by_uen.items())
        if len(numbers) > 1
    ]


def _uen(link: Link) -> str | None:
    return decode_body(LeadScored, link.lead.encode()).company.uen if link.lead else None


def _name(company_id: int, link: Link) -> str:
    return _uen(link) or f"company {company_id}"
