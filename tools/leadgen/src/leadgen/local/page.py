"""The page for people: where the checkout has it built, and the address that signs in to it."""

import os
from pathlib import Path


def built_page() -> str:
    """The folder of the built page: WEB_FOLDER, or the checkout's `web/dist`; empty if there is none."""
    if named := os.environ.get("WEB_FOLDER"):
        return named
    for folder in Path(__file__).parents:
        if (folder / "web" / "dist" / "index.html").is_file():
            return str(folder / "web" / "dist")
    return ""


def sign_in_url(gateway: str, access: str) -> str:
    """Builds the address that signs in. The token is in the fragment, which no browser sends to a server."""
    return f"{gateway}/app/#token={access}"
