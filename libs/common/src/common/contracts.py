"""The events that services exchange: one frozen model per topic. A published version only ever gains optional fields.

Facts are named in the past tense, commands in the imperative. What a consumer needs to do its work is in the event:
no service reads another's tables to understand one.

One file, although long: it is the whole contract between services, and a release copies it as the last version.
"""

from datetime import date
from hashlib import sha256
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Lane = Literal["interactive", "nightly"]
JobStatus = Literal["queued", "running", "done", "error"]
Bucket = Literal["High", "Medium", "Low"]


class Model(BaseModel):
    """Base of models: frozen, and lenient to unknown fields, which are a newer producer's optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Model):
    """Base of all events. `topic` names the topic and is the CloudEvents type."""

    topic: ClassVar[str]

    tenant_id: int = Field(ge=1)

    @property
    def key(self) -> str:
        """The Kafka key. Events of one key are handled in order."""
        return str(self.tenant_id)

    @property
    def identity(self) -> str:
        """The part of the event's id that distinguishes it from others of its type with the same cause."""
        return self.key


class Company(Model):
    """A company's facts in the register."""

    company_id: int
    uen: str
    name: str
    entity_type: str | None = None
    status: str | None = None
    incorporated_on: date | None = None
    industry_code: str | None = None
    industry_norm: str | None = None
    secondary_industry_code: str | None = None
    address: str | None = None
    postal_code: str | None = None
    website_domain: str | None = None
    ssic_version: str | None = None


class CompanyEvent(Event):
    """An event about one company of one tenant."""

    company: Company

    @property
    def key(self) -> str:
        return f"{self.tenant_id}:{self.company.uen}"


class Industry(Model):
    """An SSIC code that words were resolved to. It includes the codes below it."""

    version: str
    code: str
    level: str
    title: str


class Icp(Model):
    """A tenant's ideal customer profile. A field without a value is not a criterion.

    Industries are codes of SSIC of any level, each with its version ("2020:25"; a bare one is meant in every version);
    ages are full years since incorporation; districts are Singapore's postal districts, "01" to "28".
    """

    industries: list[str] = []
    employees_from: int | None = Field(default=None, ge=0)
    employees_to: int | None = Field(default=None, ge=0)
    age_from: int | None = Field(default=None, ge=0)
    age_to: int | None = Field(default=None, ge=0)
    districts: list[str] = []
    technologies: list[str] = []


class IcpChanged(Event):
    """The tenant's ICP has changed. The scorer scores its leads again from their saved enrichments."""

    topic: ClassVar[str] = "icp.changed.v1"

    icp: Icp
    changed_at: AwareDatetime

    @property
    def identity(self) -> str:
        return f"{self.tenant_id}:{self.changed_at.isoformat()}"


class RequestIndustry(Event):
    """Find companies of these industries: the best few now, the rest as a job for the night.

    `preferred` are codes of any level that the tenant's ICP names, each with its version ("2020:25"; a bare one is
    meant in every version): of two companies the closer one comes first.
    """

    topic: ClassVar[str] = "industry.requested.v1"

    request_id: UUID
    terms: list[str]
    mode: Literal["background", "off", "sync_preview"] = "background"
    sync_limit: int = Field(ge=0)
    limit: int | None = Field(default=None, ge=1)
    preferred: list[str] = []

    @property
    def identity(self) -> str:
        return str(self.request_id)


class RequestUpsert(Event):
    """Execute this queued job."""

    topic: ClassVar[str] = "upsert.requested.v1"

    job_id: UUID

    @property
    def identity(self) -> str:
        return str(self.job_id)


class RefreshRegister(Event):
    """Bring into `companies` what is new or changed in the register since the last refresh. Of no tenant: 0."""

    topic: ClassVar[str] = "refresh.requested.v1"

    tenant_id: Literal[0] = 0


class RequestCandidates(Event):
    """Find companies of the whole register that fit the tenant's ICP, and make them its candidates."""

    topic: ClassVar[str] = "candidates.requested.v1"

    night: date
    icp: Icp

    @property
    def identity(self) -> str:
        icp = sha256(self.icp.model_dump_json().encode()).hexdigest()[:16]
        return f"{self.tenant_id}:{self.night}:{icp}"


class RequestRun(Event):
    """Start the tenant's run of this night by hand; an existing run is resumed. `limit`: companies at most."""

    topic: ClassVar[str] = "run.requested.v1"

    night: date
    requested_by: str
    requested_at: AwareDatetime
    limit: int | None = Field(default=None, ge=0)

    @property
    def identity(self) -> str:
        return f"{self.tenant_id}:{self.night}:{self.requested_at.isoformat()}"


class CompanyUpserted(CompanyEvent):
    """A company was saved in `companies` as the register has it, and is a candidate of this tenant.

    Announced when the company becomes the tenant's candidate, and when a request of this tenant finds that the
    register's facts have changed.
    """

    topic: ClassVar[str] = "company.upserted.v1"

    inserted: bool
    job_id: UUID


class RequestEnrichment(CompanyEvent):
    """Enrich this company on the interactive lane: a rep is waiting.

    `skip` names steps to leave out for this company: those of the enrichment, and "odoo". Unknown names are ignored.
    """

    topic: ClassVar[str] = "enrichment.requested.v1"

    skip: list[str] | None = None


class RequestNightlyEnrichment(RequestEnrichment):
    """Enrich this company on the nightly lane. It has its own topic, so that a rep never waits behind the night."""

    topic: ClassVar[str] = "enrichment.requested.nightly.v1"


class Contact(Model):
    """A way to reach a company, with the page that showed it or the vendor that sold it.

    `status` and `sub_status` are a verifier's words about an e-mail address; none: it was not verified. `seniority` and
    `function` are read from the title; `fit` is the title's place among those that are looked for, 0 the best.
    """

    kind: Literal["email", "phone"]
    value: str
    is_role: bool = False
    source_url: str
    name: str | None = None
    title: str | None = None
    vendor: str | None = None
    status: str | None = None
    sub_status: str | None = None
    seniority: str | None = None
    function: str | None = None
    fit: int | None = None


class Person(Model):
    """A person whom the company's own site names with a title, and the address or number beside the name.

    `seniority` and `function` are read from the title: "Head of Sales" is a head in sales. `fit` is the title's place
    among those that are looked for, 0 the best.
    """

    name: str
    title: str
    seniority: str | None = None
    function: str | None = None
    email: str | None = None
    phone: str | None = None
    source_url: str
    fit: int | None = None


class Site(Model):
    """Findings of a visit to the company's own site. Lists are sorted, so that the same pages give the same facts.

    `confidence` is how sure it is that the site is the company's; a `guess` is one that did not prove itself. A
    `placeholder` is a page that answers in the company's place: nothing on it is used. `profile` is a page at a
    directory or social network that the register names as the website, `moved_from` the register's domain where it
    leads to another one that proved to be the company's.
    """

    outcome: Literal["visited", "no_site_known", "forbidden", "unreachable", "empty"]
    url: str | None = None
    title: str | None = None
    about: str | None = None
    tech: list[str] = []
    has_careers: bool | None = None
    pages: int = 0
    found_by: Literal["register", "search"] | None = None
    confidence: float | None = None
    guess: str | None = None
    placeholder: Literal["challenge", "suspended", "for_sale", "parked", "server_default", "error"] | None = None
    profile: str | None = None
    moved_from: str | None = None


class CompanyFact(Model):
    """A fact about a company beyond the register, with its source and, if possible, a quote."""

    field: str
    value: str
    source_url: str
    method: str
    confidence: float = Field(ge=0, le=1)
    quote: str | None = None


class CompanyEnriched(CompanyEvent):
    """An enrichment is finished, completely or not: `degraded_reasons` says what was skipped and why.

    `facts` are the best ones known, one per field, `people` those whom the site names, best fit first; `skip` is that
    of the request.
    """

    topic: ClassVar[str] = "company.enriched.v1"

    site: Site
    contacts: list[Contact]
    degraded_reasons: list[str]
    enriched_at: AwareDatetime
    facts: list[CompanyFact] = []
    skip: list[str] | None = None
    people: list[Person] = []


class Opening(Model):
    """A finding about the company that a conversation can begin with, and the page that shows it."""

    text: str
    source_url: str | None = None


class LeadScored(CompanyEvent):
    """A lead has a score, with the words that explain it.

    `confidence` is the share of the criteria, by weight, that are known. Without an ICP, ICP criteria do not count.
    `skip` is that of the request: a lead whose "odoo" is skipped is not written to Odoo. `opening` is the best thing to
    say first, if the company's site or the news gave one. `ask_for` is whom to ask for by way of `contact`: a person
    with a wanted or senior title whom the site names without an address.
    """

    topic: ClassVar[str] = "lead.scored.v1"

    score: float = Field(ge=0, le=1)
    bucket: Bucket
    rationale: str
    contact: Contact | None = None
    model_version: str
    enriched_at: AwareDatetime
    scored_at: AwareDatetime
    confidence: float | None = Field(default=None, ge=0, le=1)
    has_icp: bool | None = None
    skip: list[str] | None = None
    opening: Opening | None = None
    ask_for: Person | None = None


class ResyncOdoo(Event):
    """Write into the tenant's Odoo all leads that wait for it: its connection is new, or works again."""

    topic: ClassVar[str] = "odoo.resync.requested.v1"

    requested_at: AwareDatetime

    @property
    def identity(self) -> str:
        return f"{self.tenant_id}:{self.requested_at.isoformat()}"


class CheckOdoo(Event):
    """Check whether leads can be written to the tenant's Odoo; if so, send those that wait."""

    topic: ClassVar[str] = "odoo.check.requested.v1"

    requested_by: str
    requested_at: AwareDatetime

    @property
    def identity(self) -> str:
        return f"{self.tenant_id}:{self.requested_at.isoformat()}"


class LeadSynced(CompanyEvent):
    """The state of a lead in the tenant's Odoo.

    Where `outcome` is not synced, `held_back` says why if it is not for want of a connection. blocked: Odoo refuses us
    altogether until someone acts; refused: it does not take this company, `reason` is its message; deleted: people
    deleted it there, and we do not make it again.
    """

    topic: ClassVar[str] = "lead.synced.v1"

    outcome: Literal["synced", "no_connection"]
    partner_id: int | None = None
    lead_id: int | None = None
    contact_id: int | None = None
    held_back: Literal["blocked", "refused", "deleted"] | None = None
    reason: str | None = None


class Refinement(Model):
    """A narrower request. `label` can be sent as it is, and leaves `matches` companies, or a few more.

    Each company is counted under one industry, that of its primary code where that matches.
    """

    kind: Literal["industry", "founded_since"]
    label: str
    matches: int


class Place(Model):
    """A place that narrows a search, and its postal sectors: the first two digits of a postal code."""

    name: str
    sectors: list[str]


class SearchAnswer(Model):
    """The answer to a request for companies. Only live companies count.

    `suggestions` are the nearest industries where nothing was resolved, `refinements` narrower requests where much was
    found, `known` those of the best (20 at most) that the tenant had enriched within the last days: they are named, not
    enriched again. `places` narrow the search; `ignored` are parts of the request that the register knows nothing of.
    `is_register_empty` is set if nothing matches because no register has been loaded.
    """

    resolved: list[Industry]
    matches: int
    head: list[Company]
    remaining: int
    excluded: list[Industry] = []
    founded_since: int | None = None
    confidence: float | None = None
    suggestions: list[Industry] = []
    refinements: list[Refinement] = []
    known: list[Company] = []
    places: list[Place] = []
    ignored: list[str] = []
    is_register_empty: bool | None = None


class CancelJob(Event):
    """End a job that waits or runs. What it has saved stays. A job that has already ended does not change."""

    topic: ClassVar[str] = "job.cancel.requested.v1"

    job_id: UUID
    requested_by: str
    requested_at: AwareDatetime

    @property
    def identity(self) -> str:
        return f"{self.job_id}:{self.requested_at.isoformat()}"


class JobProgressed(Event):
    """The progress of a request or of its job. The first event of a request contains the answer.

    A cancelled job has the status `error`, which every consumer knows, and `is_cancelled`.
    """

    topic: ClassVar[str] = "job.progressed.v1"

    request_id: UUID
    job_id: UUID | None = None
    status: JobStatus
    processed: int
    total: int
    error: str | None = None
    answer: SearchAnswer | None = None
    continued_by: UUID | None = None
    is_cancelled: bool | None = None

    @property
    def identity(self) -> str:
        return f"{self.request_id}:{self.status}:{self.processed}"


EVENTS: tuple[type[Event], ...] = (
    IcpChanged,
    RequestIndustry,
    RequestUpsert,
    CancelJob,
    RefreshRegister,
    RequestCandidates,
    RequestRun,
    CompanyUpserted,
    RequestEnrichment,
    RequestNightlyEnrichment,
    CompanyEnriched,
    LeadScored,
    ResyncOdoo,
    CheckOdoo,
    LeadSynced,
    JobProgressed,
)
