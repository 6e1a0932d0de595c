"""The tenant's ideal customer profile: of two companies that match, the one closer to it comes first."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from gateway import icp
from gateway.classification import Known
from gateway.parts import TOO_MANY, InParts, OfTenant
from gateway.wording import one_of

Entry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]

router = APIRouter(prefix="/icp")


class Icp(BaseModel):
    """Whom a tenant looks for."""

    industries: list[Entry] = Field(
        max_length=icp.MOST_ENTRIES,
        description="codes of SSIC of any level, with or without their version, or words that name industries; "
        f"{icp.MOST_CODES} codes in all",
        examples=[["2020:25", "C", "precision engineering"]],
    )


class IcpShown(BaseModel):
    """As it is kept: the codes, and what they stand for."""

    industries: list[str] = Field(examples=[["2020:25"]], description="codes, each with the version that it is of")
    titles: dict[str, str]


@router.get("")
async def show(tenant: OfTenant, parts: InParts) -> IcpShown:
    """The tenant's ICP; no industries for a tenant that has not said."""
    async with parts.database.transaction(tenant.tenant_id) as tx:
        codes = await icp.find(tx)
    return _shown(codes, await parts.classification.known())


@router.put("", responses=TOO_MANY)
async def replace(body: Icp, tenant: OfTenant, parts: InParts) -> IcpShown:
    """Replaces the tenant's ICP. Holds at once here, and within half a minute on other replicas."""
    await parts.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    known = await parts.classification.known()
    codes = icp.codes_of(body.industries, known)
    async with parts.database.transaction(tenant.tenant_id) as tx:
        await icp.save(tx, codes)
    parts.tenants.forget(tenant.tenant_id)
    return _shown(codes, known)


def _shown(codes: list[str], known: Known) -> IcpShown:
    titles = {code: one_of(industries) for code in codes if (industries := known.named(code))}
    return IcpShown(industries=codes, titles=titles)
