"""The manifests of deploy/k8s, as kustomize builds them."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

K8S = Path(__file__).resolve().parents[2] / "deploy" / "k8s"
OVERLAYS = ("dev", "prod")


def built(folder: Path) -> list[dict[str, Any]]:
    """Returns the objects of a kustomization."""
    if (kustomize := shutil.which("kustomize")) is not None:
        command = [kustomize, "build"]
    elif (kubectl := shutil.which("kubectl")) is not None:
        command = [kubectl, "kustomize"]
    elif os.environ.get("CI"):
        pytest.fail("the manifests cannot be tested without kubectl or kustomize")
    else:
        pytest.skip("neither kubectl nor kustomize is installed")
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="session")
def overlays() -> dict[str, list[dict[str, Any]]]:
    """The objects of each overlay."""
    return {name: built(K8S / "overlays" / name) for name in OVERLAYS}


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest, overlays: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The objects of one overlay."""
    return overlays[request.param]
