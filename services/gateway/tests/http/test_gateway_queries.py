"""Queries of the lists are read as Starlette reads them."""

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from gateway.http.queries import read_query


class Anything(BaseModel):
    """Takes every parameter."""

    model_config = ConfigDict(extra="allow")


def request(query: bytes) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query})


@pytest.mark.parametrize(
    "query", [b"", b"a=1&a=2", b"a=&b", b"q=%C3%A9cole+x%2By", b"q=%FF", b"q=\xc3\xa9", b"&&=1&=", b"a=1;b=2"]
)
def test_a_query_is_read_as_starlette_reads_it(query: bytes) -> None:
    """The last of repeated parameters counts, empty ones are kept, and no bytes fail."""
    asked = request(query)
    assert read_query(asked, Anything).model_extra == dict(asked.query_params)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_as_starlette_reads_them(query: bytes) -> None:
    asked = request(query)
    assert read_query(asked, Anything).model_extra == dict(asked.query_params)
