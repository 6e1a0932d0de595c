"""The tenant's ideal customer profile: of two companies that match, the one closer to it comes first."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from gateway import icp
from gateway.classification import Known
from gateway.parts import InParts, OfTenant

Entry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]

router = APIRouter(prefix="/icp")


class Icp(BaseModel):
    """Whom a tenant looks for."""

    industries: list[Entry] = Field(
        max_length=50,
        description="codes of SSIC of any level, or words that name industries",
        examples=[["25", "C", "precision engineering"]],
    )


class IcpShown(BaseModel):
    """As it is kept: the codes, and what they stand for."""

    industries: list[str]
    titles: dict[str, str]


@router.get("")
async def show(tenant: OfTenant, parts: InParts) -> IcpShown:
    """The tenant's ICP; no industries for a tenant that has not said."""
    async with parts.database.transaction(tenant.tenant_id) as tx:
        codes = await icp.find(tx)
    return _shown(codes, await parts.classification.known())


@router.put("")
async def replace(body: Icp, tenant: OfTenant, parts: InParts) -> IcpShown:
    """Replaces the tenant's ICP. Holds at once here, and within half a minute on other replicas."""
    known = await parts.classification.known()
    codes = icp.codes_of(body.industries, known)
    async with parts.database.transaction(tenant.tenant_id) as tx:
        await icp.save(tx, codes)
    parts.tenants.forget(tenant.tenant_id)
    return _shown(codes, known)


def _shown(codes: list[str], known: Known) -> IcpShown:
    titles = {code: known.by_code[code].title for code in codes if code in known.by_code}
    return IcpShown(industries=codes, titles=titles)
