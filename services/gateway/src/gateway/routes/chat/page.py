"""GET /app: the page for people (`make web` builds it), and `/`, which leads there. Open to everyone: it holds no data.

Files under `assets` have their content's hash in their name, so browsers keep them. Every other path that is no file
is one of the page's own, and gets its index.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.http.problems import Problem
from gateway.settings import GatewaySettings

PREFIX = "/app"

#: Encodings in which a file may lie beside itself, the smallest first.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

#: Scripts come from here only. Styles may stand in elements, since the components position themselves by them.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
}
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


def routes(settings: GatewaySettings | None) -> Sequence[BaseRoute]:
    """Builds the routes. `WEB_FOLDER` has the built page; without it the routes explain how to build one."""
    folder = settings.web_folder if settings else ""
    page = Page(directory=folder) if _is_built(folder) else None

    async def show_settings(_: Request) -> Response:
        debounce_ms = settings.chat_debounce_ms if settings else None
        return JSONResponse({"chat_debounce_ms": debounce_ms}, headers={**SECURITY, "Cache-Control": ASK_AGAIN})

    async def show_file(request: Request) -> Response:
        if page is None:
            raise Problem(404, "Page not built", "This gateway has no page: run `make web`, or set WEB_FOLDER.")
        return await page.get_response(page.get_path({"path": f"/{request.path_params['path']}"}), request.scope)

    return (
        Route("/", _to_the_page),
        Route(PREFIX, _to_the_page),
        Route(f"{PREFIX}/settings.json", show_settings),
        Route(f"{PREFIX}/{{path:path}}", show_file),
    )


class Page(StaticFiles):
    """The files of the built page, in a compression that the browser accepts."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Finds the file. Raises HTTPException 404 for an asset that does not exist, and 405."""
        is_asset = path.startswith(f"assets{os.sep}")
        if not is_asset and not await run_in_threadpool(self._is_file, path):
            path = "index.html"
        response = await self._encoded(path, scope)
        response.headers.update({**SECURITY, "Cache-Control": FOREVER if is_asset else ASK_AGAIN})
        return response

    async def _encoded(self, path: str, scope: Scope) -> Response:
        offered = Headers(scope=scope).get("accept-encoding", "")
        accepted = {part.partition(";")[0].strip() for part in offered.split(",")}
        for encoding, suffix in ENCODINGS:
            if encoding in accepted:
                try:
                    response = await super().get_response(path + suffix, scope)
                except HTTPException as error:
                    if error.status_code != 404:
                        raise
                else:
                    response.headers["Content-Encoding"] = encoding
                    return response
        return await super().get_response(path, scope)

    def _is_file(self, path: str) -> bool:
        try:
            full, stat = self.lookup_path(path)
        except (OSError, ValueError):  # too long for a file's name, or with a zero byte
            return False
        return stat is not None and Path(full).is_file()


async def _to_the_page(_: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/", 307, headers=SECURITY)


def _is_built(folder: str) -> bool:
    return bool(folder) and Path(folder, "index.html").is_file()
