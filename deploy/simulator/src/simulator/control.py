"""The simulator's own endpoints, under `/_simulator`: inject faults, set latency, read the ledger, describe a site.

    GET    /_simulator/ledger?host=    requests so far, by host and path
    GET    /_simulator/sites/{host}    what the town knows of a site: the truth that a crawl can be held against
    GET    /_simulator/faults          faults in force, and the latency
    POST   /_simulator/faults          one more fault (a Fault)
    PUT    /_simulator/latency         a Latency
    POST   /_simulator/reset           no faults, the first latency, an empty ledger; the vendors as new

The endpoints for vendors are in `simulator.vendors.control`. An invalid fault gets 422 with the reasons.
"""

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.faults import Fault, Faults
from simulator.latency import Latency
from simulator.ledger import Ledger
from simulator.town.claims import customers, employees
from simulator.town.sites import Site
from simulator.town.town import Town, paths_of
from simulator.vendors.control import vendor_routes
from simulator.vendors.dispatcher import Dispatcher


def control(town: Town, faults: Faults, ledger: Ledger, first_latency: Latency, vendors: Dispatcher) -> Starlette:
    """Builds the ASGI application of the endpoints."""

    async def read_ledger(request: Request) -> Response:
        hosts = ledger.of(request.query_params.get("host"))
        return JSONResponse({"requests": ledger.requests, "unlisted": ledger.unlisted, "hosts": hosts})

    async def read_site(request: Request) -> Response:
        host = request.path_params["host"]
        site = town.site(host)
        if site is None:
            raise HTTPException(404, f"No company of seed {town.seed} has the website {host}.")
        people = [
            {"name": person.full_name, "title": person.title, "email": person.email, "type": person.email_type}
            for person in town.people(site)
        ]
        return JSONResponse({**state_of(site), "people": people})

    async def read_faults(_: Request) -> Response:
        injected = [fault.model_dump() for fault in faults.injected]
        return JSONResponse({"faults": injected, "latency": faults.latency.model_dump()})

    async def inject_fault(request: Request) -> Response:
        faults.inject(Fault.model_validate_json(await request.body()))
        return await read_faults(request)

    async def set_latency(request: Request) -> Response:
        faults.latency = Latency.model_validate_json(await request.body())
        return await read_faults(request)

    async def reset(request: Request) -> Response:
        faults.injected.clear()
        faults.latency = first_latency
        ledger.clear()
        vendors.reset()
        return await read_faults(request)

    return Starlette(
        routes=[
            Route("/_simulator/ledger", read_ledger),
            Route("/_simulator/sites/{host}", read_site),
            Route("/_simulator/faults", read_faults),
            Route("/_simulator/faults", inject_fault, methods=["POST"]),
            Route("/_simulator/latency", set_latency, methods=["PUT"]),
            Route("/_simulator/reset", reset, methods=["POST"]),
            *vendor_routes(vendors),
        ],
        exception_handlers={ValidationError: _refused},
    )


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, ValidationError):
        raise error
    return JSONResponse({"errors": error.errors(include_url=False, include_context=False)}, status_code=422)


class _SiteState(BaseModel):
    """A site as the control endpoint shows it."""

    uen: str
    name: str
    brand: str
    layout: str
    manner: str
    robots: str
    tech: str
    emails: list[str]
    phone: str
    openings: int | None
    employees: int | None
    customers: list[str]
    is_listed: bool
    has_sitemap: bool
    paths: list[str]


def state_of(site: Site) -> dict[str, object]:
    return _SiteState(
        uen=site.company.uen,
        name=site.company.name,
        brand=site.brand,
        layout=site.layout,
        manner=site.manner,
        robots=site.robots,
        tech=site.tech,
        emails=list(site.emails),
        phone=site.phone,
        openings=site.openings,
        employees=employees(site),
        customers=list(customers(site)),
        is_listed=site.company.website is not None,
        has_sitemap=site.has_sitemap,
        paths=paths_of(site),
    ).model_dump()
