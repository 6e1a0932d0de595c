"""A FastAPI endpoint that returns bytes that it read at its start: the baseline of the gateway's list pages.

`python -m leadgen.bench.baselines.bare_pages PORT FOLDER` serves the files of the folder on loopback, as every service
serves HTTP: `GET /pages/3` is the file `3`.
"""

import sys
from pathlib import Path

from fastapi import FastAPI, Response

from common.http.http_server import http_server
from common.service import run_until_exit
from common.settings import ServiceSettings
from embedded.ports import LOOPBACK

app = FastAPI()
pages: dict[int, bytes] = {}


@app.get("/pages/{number}")
async def page(number: int) -> Response:
    """Returns a page."""
    return Response(pages[number], media_type="application/json")


def main(port: int, folder: Path) -> None:
    """Serves until SIGTERM or SIGINT."""
    pages.update({int(file.name): file.read_bytes() for file in folder.iterdir()})
    settings = ServiceSettings(database_url="", kafka_bootstrap_servers="", http_host=LOOPBACK, http_port=port)
    run_until_exit(http_server(app, settings).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
