"""The page for people: its built files in the checkout, and the address that signs in."""

import os
from pathlib import Path


def built_page() -> str:
    """Returns the folder of the built page: WEB_FOLDER, or the checkout's `web/dist`; empty if there is none."""
    if named := os.environ.get("WEB_FOLDER"):
        return named
    for folder in Path(__file__).parents:
        if (folder / "web" / "dist" / "index.html").is_file():
            return str(folder / "web" / "dist")
    return ""


def sign_in_url(gateway: str, access: str) -> str:
    """Builds the address that signs in. The token is in the fragment, which browsers send to no server."""
    return f"{gateway}/app/#token={access}"
