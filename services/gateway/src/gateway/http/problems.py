"""Errors as RFC 9457 problem documents that say what is wrong and what to do about it."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from common.errors import OutcomeUnknown, Unavailable
from gateway.http.methods import methods_of

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An error answer, as a problem document."""

    def __init__(self, status: int, title: str, detail: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after_s = retry_after_s

    def document(self) -> dict[str, object]:
        """Builds the body, https://www.rfc-editor.org/rfc/rfc9457#section-3.1 (type about:blank)."""
        return {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}


UNAVAILABLE = Problem(
    503, "Not available", "The database does not answer. Nothing was done; try again in a moment.", retry_after_s=2
)

FAULT = Problem(500, "Internal error", "The gateway failed; see its log. Whether your request was executed is unknown.")


def outcome_unknown(key: UUID | None = None) -> Problem:
    """Builds a 503 for a change that may have been made. `key`: the Idempotency-Key that makes a repeat safe."""
    again = f" with the header `Idempotency-Key: {key}` and the same body: it is done once" if key else ": that is safe"
    return Problem(
        503,
        "Outcome unknown",
        f"The connection to the database broke: your request may or may not be stored. Send it again{again}.",
        retry_after_s=2,
    )


def install(app: FastAPI) -> None:
    """Makes every error of the application a problem document."""

    @app.exception_handler(Problem)
    async def handle_problem(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def handle_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        return answer(Problem(422, "Request not understood", "; ".join(faults)))

    @app.exception_handler(HTTPException)
    async def handle_http(request: Request, error: HTTPException) -> JSONResponse:
        headers = {**(error.headers or {})}
        if error.status_code == 405:
            headers["Allow"] = methods_of(request)
        return answer(Problem(error.status_code, "Request refused", str(error.detail)), headers)

    @app.exception_handler(OutcomeUnknown)
    async def handle_unknown_outcome(_: Request, __: OutcomeUnknown) -> JSONResponse:
        return answer(outcome_unknown())

    @app.exception_handler(Unavailable)
    async def handle_outage(_: Request, __: Unavailable) -> JSONResponse:
        return answer(UNAVAILABLE)

    @app.exception_handler(Exception)
    async def handle_fault(_: Request, __: Exception) -> JSONResponse:
        """Answers unexpected errors with a 500. The server logs the error after that."""
        return answer(FAULT)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Builds the response, with these headers in addition to those of its status."""
    own = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
    if problem.status == 401:
        own["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem.document(), problem.status, {**(headers or {}), **own}, MEDIA_TYPE)
