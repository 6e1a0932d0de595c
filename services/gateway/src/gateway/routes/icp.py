"""The tenant's ideal customer profile: of two companies that match, the closer one comes first, and scores higher."""

from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from common import contracts
from common.contracts import IcpChanged
from gateway import icp
from gateway.classification import Known
from gateway.parts import TOO_MANY, InParts, OfTenant, Traceparent
from gateway.wording import one_of

Entry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Technology = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")
]
District = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
    AfterValidator(icp.district_of),
]
Employees = Annotated[int | None, Field(ge=0, le=10_000_000)]
Years = Annotated[int | None, Field(ge=0, le=1_000)]

router = APIRouter(prefix="/icp")


class Icp(BaseModel):
    """Whom a tenant looks for. What is not said is not asked for."""

    model_config = ConfigDict(extra="forbid")

    industries: list[Entry] = Field(
        max_length=icp.MOST_ENTRIES,
        description="codes of SSIC of any level, with or without their version, or words that name industries; "
        f"{icp.MOST_CODES} codes in all, none for any industry",
        examples=[["2020:25", "C", "precision engineering"]],
    )
    employees_from: Employees = Field(default=None, examples=[10])
    employees_to: Employees = Field(default=None, examples=[200])
    age_from: Years = Field(default=None, description="full years since incorporation", examples=[3])
    age_to: Years = Field(default=None, examples=[20])
    districts: list[District] = Field(
        default=[],
        max_length=len(icp.DISTRICTS),
        description="Singapore's postal districts, 01 to 28",
        examples=[["01", "22"]],
    )
    technologies: list[Technology] = Field(
        default=[], max_length=icp.MOST_ENTRIES, description="names, in any case", examples=[["Shopify"]]
    )
    titles: Any = Field(default=None, description="as it is shown; not looked at")

    @model_validator(mode="after")
    def _from_comes_before_to(self) -> Self:
        for name in ("employees", "age"):
            least, most = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if least is not None and most is not None and least > most:
                raise ValueError(f"{name}_from is {least} and {name}_to is {most}: the first may not be the larger one")
        return self

    def understood(self, known: Known) -> contracts.Icp:
        """As it is kept. Raises Problem 422 that names an entry that is no industry."""
        return contracts.Icp(
            industries=icp.codes_of(self.industries, known),
            employees_from=self.employees_from,
            employees_to=self.employees_to,
            age_from=self.age_from,
            age_to=self.age_to,
            districts=sorted(set(self.districts)),
            technologies=icp.each_once(self.technologies),
        )


class IcpShown(contracts.Icp):
    """As it is kept: the codes, each with the version that it is of, and what they stand for."""

    titles: dict[str, str]


@router.get("")
async def show(tenant: OfTenant, parts: InParts) -> IcpShown:
    """The tenant's ICP; nothing is asked for where it has not said."""
    async with parts.database.transaction(tenant.tenant_id) as tx:
        kept = await icp.find(tx)
    return _shown(kept, await parts.classification.known())


@router.put("", responses=TOO_MANY)
async def replace(body: Icp, tenant: OfTenant, parts: InParts, traceparent: Traceparent = None) -> IcpShown:
    """Replaces the tenant's ICP, as a whole. Where that changes it, all its leads are scored again, in the background.

    Holds at once here, and within half a minute on other replicas.
    """
    await parts.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    known = await parts.classification.known()
    wanted = body.understood(known)
    async with parts.database.transaction(tenant.tenant_id) as tx:
        changed_at = await icp.save(tx, wanted)
        if changed_at is not None:
            changed = IcpChanged(tenant_id=tenant.tenant_id, icp=wanted, changed_at=changed_at)
            await parts.requests.announce(tx, changed, traceparent)
    parts.tenants.forget(tenant.tenant_id)
    return _shown(wanted, known)


def _shown(kept: contracts.Icp, known: Known) -> IcpShown:
    titles = {code: one_of(industries) for code in kept.industries if (industries := known.named(code))}
    return IcpShown(**kept.model_dump(), titles=titles)
