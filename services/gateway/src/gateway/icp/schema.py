"""ICPs from clients, checked field by field and normalised for storage. Pure."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from common import contracts
from gateway.icp import profile
from gateway.industries.catalog import Catalog

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


class Icp(BaseModel):
    """A tenant's ideal customer profile. A field that is left out is no criterion."""

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
