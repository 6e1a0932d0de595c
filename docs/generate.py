"""Writes docs/openapi.json and docs/asyncapi.json anew from the code: `.venv/bin/python docs/generate.py`.

A test holds the files to the code, so run this after a change to the gateway's routes or to the events.
"""

import json
from pathlib import Path
from typing import Any, cast

from common import asyncapi
from common.contracts import EVENTS
from gateway.api import Parts, application

FOLDER = Path(__file__).parent


def documents() -> dict[str, str]:
    """Each file's name and content: the same that a running gateway serves at these names."""
    no_parts = cast(Parts, None)  # the document follows from the routes alone
    made: dict[str, Any] = {
        "openapi.json": application(no_parts).openapi(),
        "asyncapi.json": asyncapi.document("Leadgen", EVENTS, EVENTS),
    }
    return {name: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for name, document in made.items()}


def main() -> None:
    """Writes the files."""
    for name, content in documents().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
