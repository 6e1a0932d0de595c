"""GET and PUT /icp: the tenant's ideal customer profile. Companies close to it come first and score higher."""

from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from common import contracts
from common.contracts import IcpChanged
from gateway import audit_log
from gateway.catalog import Catalog
from gateway.dependencies import TOO_MANY, CurrentCaller, CurrentTenant, Deps, Traceparent
from gateway.icp import profile, rules
from gateway.wording import one_of

Entry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Technology = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")
]
District = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
    AfterValidator(profile.normalised_district),
]
Employees = Annotated[int | None, Field(ge=0, le=10_000_000)]
Years = Annotated[int | None, Field(ge=0, le=1_000)]

router = APIRouter(prefix="/icp")


class Icp(BaseModel):
    """A tenant's ideal customer profile. A field that is left out makes no demand."""

    model_config = ConfigDict(extra="forbid")

    industries: list[Entry] = Field(
        max_length=profile.MAX_ENTRIES,
        description="codes of SSIC of any level, with or without their version, or words that name industries; "
        f"{profile.MAX_CODES} codes in total; empty for any industry",
        examples=[["2020:25", "C", "precision engineering"]],
    )
    employees_from: Employees = Field(default=None, examples=[10])
    employees_to: Employees = Field(default=None, examples=[200])
    age_from: Years = Field(default=None, description="full years since incorporation", examples=[3])
    age_to: Years = Field(default=None, examples=[20])
    districts: list[District] = Field(
        default=[],
        max_length=len(profile.DISTRICTS),
        description="Singapore's postal districts, 01 to 28",
        examples=[["01", "22"]],
    )
    technologies: list[Technology] = Field(
        default=[], max_length=profile.MAX_ENTRIES, description="names, in any case", examples=[["Shopify"]]
    )
    titles: Any = Field(default=None, description="accepted, so that the output of GET is valid input, and ignored")

    @model_validator(mode="after")
    def _from_comes_before_to(self) -> Self:
        for name in ("employees", "age"):
            least, most = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if least is not None and most is not None and least > most:
                raise ValueError(
                    f"{name}_from is {least} and {name}_to is {most}: the first must not be larger than the second"
                )
        return self

    def normalised(self, catalog: Catalog) -> contracts.Icp:
        """Normalises the ICP for storage. Raises Problem 422 that names an entry that is no industry."""
        return contracts.Icp(
            industries=profile.codes_of(self.industries, catalog),
            employees_from=self.employees_from,
            employees_to=self.employees_to,
            age_from=self.age_from,
            age_to=self.age_to,
            districts=sorted(set(self.districts)),
            technologies=profile.unique_names(self.technologies),
        )


class IcpShown(contracts.Icp):
    """The stored ICP: codes with their versions, and the titles of the codes."""

    titles: dict[str, str]


@router.get("")
async def show(tenant: CurrentTenant, deps: Deps) -> IcpShown:
    """Shows the tenant's ICP; an empty one if it has none."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        stored = await rules.find(tx)
    return _shown(stored, await deps.classification.catalog())


@router.put("", responses=TOO_MANY)
async def replace(
    body: Icp, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps, traceparent: Traceparent = None
) -> IcpShown:
    """Replaces the tenant's whole ICP. If it changes, all of the tenant's leads are scored again, in the background.

    It applies at once on this replica, and within half a minute on others.
    """
    await deps.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    catalog = await deps.classification.catalog()
    wanted = body.normalised(catalog)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        changed_at = await rules.save(tx, wanted)
        if changed_at is not None:
            changed = IcpChanged(tenant_id=tenant.tenant_id, icp=wanted, changed_at=changed_at)
            await deps.requests.announce(tx, changed, traceparent)
            await audit_log.write(tx, caller, "icp.changed", "icp", wanted.model_dump(mode="json"))
    deps.tenants.forget(tenant.tenant_id)
    return _shown(wanted, catalog)


def _shown(stored: contracts.Icp, catalog: Catalog) -> IcpShown:
    titles = {code: one_of(industries) for code in stored.industries if (industries := catalog.find(code))}
    return IcpShown(**stored.model_dump(), titles=titles)
