"""Answers of the routes of lists other than their pages."""

from typing import Any

from gateway.http.api_document import errors

LIST_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "a page as JSON; with `format=csv` or `Accept: text/csv` the whole filtered list as CSV, whose "
        "texts no spreadsheet evaluates",
    },
    **errors({410: "The cursor is too old; begin again without one"}),
}
