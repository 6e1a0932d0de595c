"""Manifests from the operator: an earlier run, or a JSON file. Pure.

A file holds what `--dry-run --json` prints of a tenant, or a list of that; only `tenant_id` and the `uen` or
`company_id` of each company are read:

    {"tenant_id": 1, "companies": [{"uen": "201912345K"}, {"company_id": 42}]}
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from common.contracts import Company
from nightly.model import RunRefused, Source
from nightly.plan.selection import Target


class GivenCompany(BaseModel):
    """A company by its UEN or its number."""

    model_config = ConfigDict(frozen=True)

    uen: str | None = None
    company_id: int | None = Field(default=None, ge=1, lt=2**63)

    @model_validator(mode="after")
    def _is_named(self) -> "GivenCompany":
        if self.uen is None and self.company_id is None:
            raise ValueError("a company needs a uen or a company_id")
        return self


class GivenManifest(BaseModel):
    """The companies that a file or a run names for a tenant, in order."""

    model_config = ConfigDict(frozen=True)

    tenant_id: int = Field(ge=1, lt=2**31)
    companies: tuple[GivenCompany, ...]
    source: Source = "file"


Given: TypeAlias = Sequence[GivenManifest]
_FILE = TypeAdapter(GivenManifest | tuple[GivenManifest, ...])


class Origin(NamedTuple):
    """The value of `--from-manifest`: a run, or the text of a file."""

    run_id: UUID | None = None
    text: str | None = None
    name: str = ""


def read_manifests(text: str, name: str) -> list[GivenManifest]:
    """Parses a manifest file. Raises RunRefused with the first fault."""
    try:
        found = _FILE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if not isinstance(part, str) or "Given" not in part)
        raise RunRefused(f"{name} is not a manifest: {where + ': ' if where else ''}{first['msg']}") from error
    manifests = [found] if isinstance(found, GivenManifest) else list(found)
    tenants = [it.tenant_id for it in manifests]
    if twice := next((it for it in tenants if tenants.count(it) > 1), None):
        raise RunRefused(f"{name} is not a manifest: it lists tenant {twice} twice")
    return manifests


def targets_of(given: GivenManifest, candidates: Sequence[Company], *, cap: int) -> list[Target]:
    """Puts the tenant's candidates in the manifest's order.

    Raises RunRefused for a company that is not among them or is listed twice, and for more of them than the cap.
    """
    by_uen, by_id = {it.uen: it for it in candidates}, {it.company_id: it for it in candidates}
    found: dict[int, Target] = {}
    for it in given.companies:
        company = by_id.get(it.company_id) if it.company_id is not None else by_uen.get(it.uen or "")
        if company is None or (it.uen is not None and company.uen != it.uen):
            name = it.uen or it.company_id
            raise RunRefused(f"company {name} of the manifest is not a candidate of tenant {given.tenant_id}")
        if company.company_id in found:
            raise RunRefused(f"the manifest of tenant {given.tenant_id} lists company {company.uen} twice")
        found[company.company_id] = Target(company, "given", "named by the manifest")
    if len(found) > cap:
        raise RunRefused(
            f"the manifest of tenant {given.tenant_id} has {len(found)} companies; at most {cap} may be run"
        )
    return list(found.values())
