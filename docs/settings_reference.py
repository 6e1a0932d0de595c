"""Finds every setting, its default and its readers, and renders them as docs/settings.md (see generate_documents.py).

Descriptions and defaults stand in .env.example, requirements and readers in the code. Tests hold the two together.
"""

import importlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from common.settings import Settings
from leadgen.cli import SUBCOMMANDS, imported
from simulator.settings import Settings as SimulatorSettings

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / ".env.example"
SERVICES = sorted(folder.name for folder in (ROOT / "services").iterdir() if (folder / "pyproject.toml").exists())
TOOL, SIMULATOR = "leadgen", "simulator"

HEAD = """# Settings

Generated from [.env.example](../.env.example) and the code by `make docs`.

Every process reads its settings from the environment, once, when it starts. A missing or invalid setting is named, and
the process ends with exit code 2. "required": there is no default. "empty": unset unless you set it.
"""


class Described(NamedTuple):
    """A setting of .env.example: its section, default value ("" for none) and description."""

    section: str
    name: str
    default: str
    description: str


def settings_class(service: str) -> type[Settings]:
    """Returns the class that the service reads its environment into; a command beside it reads a part of that."""
    module = importlib.import_module(f"{service.replace('-', '_')}.settings")
    found = (
        it
        for it in vars(module).values()
        if isinstance(it, type) and issubclass(it, Settings) and it.__module__ == module.__name__
    )
    return max(found, key=lambda it: len(it.model_fields))


def required() -> set[str]:
    """Returns the settings that a service cannot start without."""
    return {
        name.upper()
        for service in SERVICES
        for name, field in settings_class(service).model_fields.items()
        if field.is_required()
    }


def operators_settings() -> set[str]:
    """Returns what `leadgen` takes from the environment: its options' variables, and the places of deploy's files."""

    def of(command: Any) -> Iterator[str]:
        for parameter in command.params:
            named = parameter.envvar or ()
            yield from [named] if isinstance(named, str) else named
        for sub in getattr(command, "commands", {}).values():
            yield from of(sub)

    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tools/leadgen/src").rglob("*.py")]
    places = {name for source in sources for name in re.findall(r'deployed\("[\w.]+", "(\w+)"\)', source)}
    return places.union(*(of(imported(name)) for name in SUBCOMMANDS))


def readers() -> dict[str, set[str]]:
    """Returns every setting with the processes that read it."""
    found: dict[str, set[str]] = {}
    for service in SERVICES:
        for field in settings_class(service).model_fields:
            found.setdefault(field.upper(), set()).add(service)
    for name in operators_settings():
        found.setdefault(name, set()).add(TOOL)
    for it in fields(SimulatorSettings):
        found.setdefault(f"SIMULATOR_{it.name.upper()}", set()).add(SIMULATOR)
    return found


def described() -> list[Described]:
    """Returns the settings of .env.example, in its order. Raises ValueError for one without a comment of its own."""
    found: list[Described] = []
    section, comment = "", list[str]()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"# --- (.+?) -+", line):
            section, comment = heading[1], []
        elif line.startswith("# "):
            comment.append(line[2:])
        elif setting := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            if not comment:
                raise ValueError(f"{EXAMPLE.name}: {setting[1]} has no comment above it")
            found.append(Described(section, setting[1], "".join(shlex.split(setting[2])), " ".join(comment)))
            comment = []
    return found


def settings_page() -> str:
    """Renders docs/settings.md: a table for each section of .env.example."""
    needed, read_by = required(), readers()
    lines = [HEAD]
    section = ""
    for it in described():
        if it.section != section:
            section = it.section
            lines.append(f"\n## {section}\n\n| name | default | read by | meaning |\n|---|---|---|---|\n")
        default = f"`{it.default}`" if it.default else "required" if it.name in needed else "empty"
        lines.append(f"| `{it.name}` | {default} | {_in_words(read_by[it.name])} | {it.description} |\n")
    return "".join(lines)


def _in_words(who: set[str]) -> str:
    services = who & set(SERVICES)
    missing = set(SERVICES) - services
    shared = "all services" if not missing else f"all but {', '.join(missing)}"
    parts = [shared] if len(missing) <= 1 else sorted(services)
    return ", ".join(parts + sorted(who - set(SERVICES)))
