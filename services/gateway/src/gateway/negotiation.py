"""The choice between JSON and CSV, by the parameter `format` or else by the header Accept. Pure."""

from typing import Annotated, Literal, TypeAlias

from fastapi import Header, Query

Form: TypeAlias = Annotated[
    Literal["json", "csv"] | None, Query(alias="format", description="by default as `Accept` says, else json")
]
Accept: TypeAlias = Annotated[str | None, Header(include_in_schema=False)]


def wants_csv(form: Literal["json", "csv"] | None, accept: str | None) -> bool:
    """Decides whether the answer is CSV. `Accept` asks for it if it ranks text/csv above JSON (RFC 9110, 12.5.1)."""
    if form is not None:
        return form == "csv"
    ranks = _ranks(accept or "")
    json = ranks.get("application/json", ranks.get("application/*", ranks.get("*/*", 0.0)))
    return ranks.get("text/csv", ranks.get("text/*", 0.0)) > json


def _ranks(accept: str) -> dict[str, float]:
    ranks: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_type, *parameters = (it.strip() for it in part.split(";"))
        weights = [it.removeprefix("q=") for it in parameters if it.startswith("q=")]
        try:
            ranks[media_type] = float(weights[0]) if weights else 1.0
        except ValueError:
            ranks[media_type] = 0.0
    return ranks
