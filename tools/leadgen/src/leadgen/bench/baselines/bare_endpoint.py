"""A FastAPI endpoint that only sends one event over SSE: the baseline of the gateway's first byte.

`python -m leadgen.bench.baselines.bare_endpoint PORT` serves it on loopback as every service serves HTTP.
"""

import sys
from collections.abc import AsyncIterable
from uuid import uuid4

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from common.http.http_server import http_server
from common.service import run_until_exit
from common.settings import ServiceSettings
from embedded.ports import LOOPBACK

app = FastAPI()


class Words(BaseModel):
    """A chat message."""

    message: str


@app.post("/chat", response_class=EventSourceResponse)
async def chat(body: Words) -> AsyncIterable[ServerSentEvent]:
    """Streams the gateway's first event, and nothing more."""
    yield ServerSentEvent(event="accepted", data={"request_id": str(uuid4()), "length": len(body.message)})


def main(port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    settings = ServiceSettings(database_url="", kafka_bootstrap_servers="", http_host=LOOPBACK, http_port=port)
    run_until_exit(http_server(app, settings).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]))
