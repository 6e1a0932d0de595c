"""`/docs`: Swagger UI for /openapi.json. Its files come from the package fastapi-offline, not from another origin.

The page has no inline script: the policy of `common.http.security_headers` forbids one.
"""

from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Leadgen API</title>
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
<link rel="icon" href="/docs/files/favicon.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script>
<script src="/docs/files/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
#: Swagger UI's files by their names. A day in the cache: their names do not change with their content.
_FILES = ("favicon.png", "swagger-ui-bundle.js", "swagger-ui.css")
_CACHED = {"Cache-Control": "public, max-age=86400"}


def routes() -> list[BaseRoute]:
    """Builds the routes of the page, its script, and the files of Swagger UI."""
    folder = Path(str(files("fastapi_offline"))) / "static"

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "start.js":
            return Response(_START, media_type="text/javascript", headers=_CACHED)
        if name not in _FILES:
            raise HTTPException(404, "Swagger UI has no such file.")
        return FileResponse(folder / name, headers=_CACHED)

    return [
        Route("/docs", page, include_in_schema=False),
        Route("/docs/files/{name}", file, include_in_schema=False),
    ]
