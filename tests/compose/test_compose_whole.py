"""Images and docker-compose.yml on a real Docker engine: built, started, used, killed."""

import asyncio
import json
import os
import re
import signal
import urllib.request
from typing import Any

import pytest

from testkit.containers import Deployment, inspected, run
from testkit.stages import until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1700)]

MB = 1_000_000
STAGES = ("upserter", "enricher", "scorer", "odoo-sync", "nightly")
IMAGES = ("leadgen", "leadgen-gateway", "leadgen-simulator", *(f"leadgen-{stage}" for stage in STAGES))


def test_the_demo_shows_ten_leads(deployment: Deployment) -> None:
    """`make demo DOCKER=1` is this script: from images to a table of leads."""
    assert "Upserted and enriched 10 now" in deployment.demo
    assert len(re.findall(r"^│ 0\.\d\d +│ \w+", deployment.demo, re.M)) == 10
    assert "site visited" in deployment.demo  # the simulator answers the crawler


def test_the_gateway_serves_the_page(deployment: Deployment) -> None:
    """Its image carries the built page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{deployment.ports['GATEWAY_PORT']}/app/", timeout=30) as page:
        assert b'<div id="root">' in page.read()


@pytest.mark.parametrize("image", IMAGES)
@pytest.mark.usefixtures("deployment")
def test_an_image_is_small_and_runs_as_nobody(image: str) -> None:
    """Below 200 MB, with its labels, by its program alone, not as root; services know whether they are ready."""
    about = inspected("image", f"{image}:local")
    print(f"{image}: {about['Size'] / MB:.0f} MB")  # noqa: T201 - for the record, with -s

    assert about["Size"] < 200 * MB
    config = about["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"][0].startswith("/app/bin/")
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert config["Labels"]["org.opencontainers.image.title"] == image
    if image != "leadgen":
        assert config["Healthcheck"]["Test"] == ["CMD", "/app/bin/is-ready"]


@pytest.mark.usefixtures("deployment")
def test_a_build_can_be_repeated() -> None:
    """Built anew without a cache, the layer of the installed service is the same, byte for byte."""
    run(
        "docker",
        "build",
        "--quiet",
        "--no-cache",
        "--build-arg",
        "SERVICE=scorer",
        "-t",
        "leadgen-scorer:again",
        ".",
        within_s=900,
    )

    first, again = (inspected("image", f"leadgen-scorer:{tag}")["RootFS"]["Layers"] for tag in ("local", "again"))
    assert first == again


@pytest.mark.parametrize("service", ["gateway", *STAGES])
def test_a_service_is_confined(deployment: Deployment, service: str) -> None:
    """Root file system read-only, no capability, limits; only what has to reach others is in the outer network."""
    about = deployment.container(service)
    host = about["HostConfig"]

    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    networks = {name.rpartition("_")[2]: name for name in about["NetworkSettings"]["Networks"]}
    assert inspected("network", networks["inner"])["Internal"]
    if service == "upserter":
        assert set(networks) == {"inner"}


async def test_prometheus_reads_every_service(deployment: Deployment) -> None:
    """Found by their names, on the port of metrics."""
    address = f"http://127.0.0.1:{deployment.ports['PROMETHEUS_PORT']}/api/v1/query?query=count(up==1)"

    async def answers() -> bool:
        def ask() -> Any:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return json.load(answer)["data"]["result"]

        found = await asyncio.to_thread(ask)
        return bool(found) and int(found[0]["value"][1]) >= len(("gateway", *STAGES))

    await until(answers, within_s=180)


async def test_killed_containers_lose_nothing(deployment: Deployment) -> None:
    """Each is killed while a rep's companies are under way, comes back by itself, and the audit finds no exception."""
    token = deployment.operator("token", "--tenant", "1", "--user", "rep@demo.example").strip()

    def chat(words: str) -> str:
        return deployment.operator("chat", words, settings={"LEADGEN_TOKEN": token}, expect=(0, 1))

    killed = {"enricher": "Retail", "scorer": "Construction", "kafka": "Education", "postgres": "Restaurants"}
    for service, words in killed.items():
        asked = asyncio.create_task(asyncio.to_thread(chat, words))
        process = (await asyncio.to_thread(deployment.container, service))["State"]["Pid"]
        os.kill(process, signal.SIGKILL)
        await asked

        async def is_back(service: str = service, process: int = process) -> bool:
            state = (await asyncio.to_thread(deployment.container, service))["State"]
            return state["Pid"] not in (0, process) and state["Health"]["Status"] == "healthy"

        await until(is_back, within_s=240)

    async def is_clean() -> bool:
        try:
            await asyncio.to_thread(deployment.operator, "audit", "--patience", "0")
        except AssertionError:
            return False  # still under way
        return True

    await until(is_clean, within_s=300)


def test_a_night_runs_to_its_end(deployment: Deployment) -> None:
    """From its image, as a scheduler starts it; a second start is of the same run."""
    first = json.loads(deployment.compose("run", "--rm", "-T", "night", "--json"))
    again = json.loads(deployment.compose("run", "--rm", "-T", "night", "--json"))

    assert first["tenants"][0]["status"] == again["tenants"][0]["status"] == "done"
    assert first["tenants"][0]["run_id"] == again["tenants"][0]["run_id"]
