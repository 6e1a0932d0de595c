"""docker-compose.yml and the script that makes its .env, without an engine; tests/compose starts them."""

import json
import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from cryptography.fernet import Fernet

from settings_reference import SERVICES, settings_class

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = Path(__file__).with_name("compose-spec.json")
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
#: Fixed in the image, or by what the image is.
FIXED = {"HTTP_HOST", "HTTP_PORT", "WEB_FOLDER"}
SECRET = re.compile(r"PASSWORD|SECRET|_KEY$|^DATABASE_URL$")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services, by name."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
    return read


def violations(compose_file: dict[str, Any]) -> list[str]:
    """Returns what the Compose Specification has against the file."""
    schema = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    return [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(compose_file)]


def test_the_file_is_one_of_compose_v2() -> None:
    """It fits the schema that Docker Compose checks files by, and has no field that Compose v2 calls obsolete."""
    read = yaml.safe_load(TEXT)
    assert violations(read) == []
    assert "version" not in read

    read["services"]["kafka"]["helthcheck"] = read["services"]["kafka"].pop("healthcheck")
    assert ["helthcheck" in message for message in violations(read)] == [True]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_every_setting_that_it_reads(name: str, services: dict[str, dict[str, Any]]) -> None:
    """A service gets every setting that it reads, and none that it does not: no secret of another service."""
    given = set(services[name]["environment"])

    assert given == {field.upper() for field in settings_class(name).model_fields} - FIXED


def test_the_file_holds_no_secret(services: dict[str, dict[str, Any]]) -> None:
    """Each comes from .env, and compose refuses to start without it."""
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and value is not None:
                assert re.search(r"\$\{\w+:\?", value), f"{name}: {variable}"


def test_services_are_limited_and_pinned(services: dict[str, dict[str, Any]]) -> None:
    """Memory and log size are bounded; images have a version; ports are open on loopback only."""
    for name, service in services.items():
        assert service["mem_limit"], name
        assert service["logging"]["options"]["max-size"], name
        assert re.fullmatch(r"\S+:\S+", service["image"]), name
        assert "latest" not in service["image"], name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def prepare(env_file: Path, *arguments: str) -> dict[str, str]:
    """Runs the script and returns what the file then holds."""
    subprocess.run(
        [ROOT / "deploy/compose/prepare", *arguments],
        env={**os.environ, "ENV_FILE": str(env_file)},
        check=True,
        capture_output=True,
    )
    lines = env_file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_script_makes_every_secret_once(tmp_path: Path) -> None:
    """All that the file asks for, each another, usable where it is used, for this user alone; what is there stays."""
    env_file = tmp_path / "env"
    env_file.write_text("GATEWAY_JWT_SECRET=kept\n", encoding="utf-8")
    env_file.chmod(0o600)

    made = prepare(env_file)

    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) <= set(made)
    assert made["GATEWAY_JWT_SECRET"] == "kept"
    secrets = [value for name, value in made.items() if SECRET.search(name)]
    assert len(set(secrets)) == len(secrets)
    assert all(re.fullmatch(r"[\w-]{40,}=*", it) for it in secrets if it != "kept")  # nothing to escape in a URL
    Fernet(made["ODOO_CREDENTIALS_KEY"])
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert prepare(env_file) == made


def test_the_demo_s_settings_are_known(tmp_path: Path) -> None:
    """They point the enricher at the simulator; compose starts that by the profile."""
    more = prepare(tmp_path / "env", "demo")
    plain = prepare(tmp_path / "plain")

    assert more["COMPOSE_PROFILES"] == "demo"
    known = {field.upper() for service in SERVICES for field in settings_class(service).model_fields}
    assert set(more) - set(plain) - {"COMPOSE_PROFILES"} <= known
