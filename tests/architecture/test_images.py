"""The one Dockerfile builds every service: it relies on the names that their projects share."""

import re
import tomllib
from pathlib import Path

import pytest

from settings_reference import SERVICES, SIMULATOR

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {**{name: ROOT / "services" / name for name in SERVICES}, SIMULATOR: ROOT / "deploy" / SIMULATOR}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_service_is_installed_and_started_under_its_name(name: str) -> None:
    """The build installs the package `leadgen-SERVICE` and starts the script of the same name."""
    project = tomllib.loads((FOLDERS[name] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["name"] == f"leadgen-{name}"
    assert f"leadgen-{name}" in project["scripts"]


def test_the_dockerfile_names_every_service() -> None:
    """Its head lists what SERVICE may be."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    listed = re.search(r"^# SERVICE is ([^.]+)\.", text, re.M)

    assert listed is not None
    assert set(re.split(r", | or ", listed[1])) == set(FOLDERS)


def test_what_the_images_copy_is_there_and_not_ignored() -> None:
    """A folder that moves would otherwise be noticed at the next release only."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]
    sources = {source for line in copied for source in line.split()}
    assert {"web", "web/.npmrc", "docs/openapi.json", "libs", "uv.lock"} <= sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(f"{source}/".startswith(f"{it}/") or it.startswith(f"{source}/") for it in sent), source
