"""Endpoints that inject faults into the vendors and read their ledger of charges, under `/_simulator`.

GET    /_simulator/vendors                     terms, faults, calls, units and calls under way, by vendor
PUT    /_simulator/vendors/{vendor}            Terms: what is given replaces what is in force
POST   /_simulator/vendors/{vendor}/faults     one more fault (a VendorFault)
DELETE /_simulator/vendors/{vendor}/faults     none any more
GET    /_simulator/charges                     the ledger, by ?vendor= &key= &operation= &item= &after=
GET    /_simulator/charges/repeats             what was paid for more than once, by ?vendor=
"""

from typing import Any

from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.vendors.charges import as_json
from simulator.vendors.dispatcher import Dispatcher
from simulator.vendors.exchange import VENDORS, VendorName
from simulator.vendors.fault_injection import Terms, VendorFault

_NUMBER = TypeAdapter(int)
_OBJECT = TypeAdapter(dict[str, Any])


def vendor_routes(dispatcher: Dispatcher) -> list[BaseRoute]:
    """Builds the endpoints over this dispatcher."""

    async def read_vendors(_: Request) -> Response:
        return JSONResponse({vendor: _state(dispatcher, vendor) for vendor in VENDORS})

    async def set_terms(request: Request) -> Response:
        vendor = _vendor(request)
        given = _OBJECT.validate_json(await request.body())
        dispatcher.injection.terms[vendor] = Terms.model_validate(
            {**dispatcher.injection.terms[vendor].model_dump(), **given}
        )
        return JSONResponse(_state(dispatcher, vendor))

    async def inject_fault(request: Request) -> Response:
        vendor = _vendor(request)
        fault = VendorFault.model_validate_json(await request.body())
        if fault.manner is not None and vendor != "openai":
            raise HTTPException(422, "Only openai has model faults.")
        dispatcher.injection.faults[vendor].append(fault)
        return JSONResponse(_state(dispatcher, vendor))

    async def clear_faults(request: Request) -> Response:
        vendor = _vendor(request)
        dispatcher.injection.faults[vendor].clear()
        return JSONResponse(_state(dispatcher, vendor))

    async def read_charges(request: Request) -> Response:
        wanted = dict(request.query_params)
        after = _NUMBER.validate_strings(wanted.pop("after", "0"))
        if unknown := wanted.keys() - {"vendor", "key", "operation", "item"}:
            raise HTTPException(422, f"There is no filter {', '.join(sorted(unknown))}.")
        entries = list(dispatcher.charges.find(**wanted, after=max(0, after)))
        return JSONResponse(
            {
                "charges": [as_json(entry) for entry in entries],
                "units": sum(entry.units for entry in entries),
                "unlisted": dispatcher.charges.unlisted,
            }
        )

    async def read_repeats(request: Request) -> Response:
        return JSONResponse({"repeats": dispatcher.charges.repeats(request.query_params.get("vendor"))})

    return [
        Route("/_simulator/vendors", read_vendors),
        Route("/_simulator/vendors/{vendor}", set_terms, methods=["PUT"]),
        Route("/_simulator/vendors/{vendor}/faults", inject_fault, methods=["POST"]),
        Route("/_simulator/vendors/{vendor}/faults", clear_faults, methods=["DELETE"]),
        Route("/_simulator/charges", read_charges),
        Route("/_simulator/charges/repeats", read_repeats),
    ]


def _vendor(request: Request) -> VendorName:
    for vendor in VENDORS:
        if vendor == request.path_params["vendor"]:
            return vendor
    raise HTTPException(404, f"There is no such vendor; there are {', '.join(VENDORS)}.")


def _state(dispatcher: Dispatcher, vendor: VendorName) -> dict[str, Any]:
    accounts = {account.key: account for (name, _), account in dispatcher.accounts.items() if name == vendor}
    traffic = dispatcher.traffic[vendor]
    return {
        "terms": dispatcher.injection.terms[vendor].model_dump(),
        "faults": [fault.model_dump() for fault in dispatcher.injection.faults[vendor]],
        "calls": dict(traffic.calls),
        "in_flight": traffic.in_flight,
        "most_in_flight": traffic.most_in_flight,
        "units": {key: dict(account.used) for key, account in accounts.items() if account.used},
    }
