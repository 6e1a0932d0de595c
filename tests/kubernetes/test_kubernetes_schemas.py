"""The manifests against the schemas of Kubernetes and of the operators, as npm's kubernetes-models publish them."""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.node_packages import installed

pytestmark = [pytest.mark.kubernetes, pytest.mark.node]

FOLDER = Path(__file__).with_name("models")
EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "k8s" / "examples"

#: No package publishes schemas of these: their fields are held by test_kubernetes_policy.py alone.
WITHOUT_SCHEMA = {
    *(f"kafka.strimzi.io/v1 {kind}" for kind in ("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser")),
    *(f"postgresql.cnpg.io/v1 {kind}" for kind in ("Cluster", "Pooler")),
}


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder with the models and the script."""
    return installed(FOLDER, "validate.mjs")


def faults(models: Path, manifests: list[dict[str, Any]]) -> list[str]:
    """Returns what is wrong, and fails unless every object of a kind with a schema was checked."""
    done = subprocess.run(
        ["node", "validate.mjs"],
        cwd=models,
        input=json.dumps(manifests, default=str),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    unknown = [line.removeprefix("unknown ") for line in lines if line.startswith("unknown ")]
    assert set(unknown) <= WITHOUT_SCHEMA
    assert f"checked {len(manifests) - len(unknown)}" in lines
    return [line for line in lines if line.startswith("wrong ")]


def test_manifests_fit_their_schemas(models: Path, overlays: dict[str, list[dict[str, Any]]]) -> None:
    """Both overlays and the examples: no field is missing, unknown, or of a wrong type."""
    examples = [it for file in EXAMPLES.glob("*.yaml") for it in yaml.safe_load_all(file.read_text(encoding="utf-8"))]

    assert faults(models, [*overlays["dev"], *overlays["prod"], *examples]) == []


def test_faults_are_found(models: Path, overlays: dict[str, list[dict[str, Any]]]) -> None:
    """A misspelt field of a container, a wrong type in a budget, a missing field of a scaled object."""
    broken = {
        kind: copy.deepcopy(_first(overlays["prod"], kind))
        for kind in ("Deployment", "PodDisruptionBudget", "ScaledObject")
    }
    (container,) = broken["Deployment"]["spec"]["template"]["spec"]["containers"]
    container["readinesProbe"] = container.pop("readinessProbe")
    broken["PodDisruptionBudget"]["spec"]["maxUnavailable"] = True
    del broken["ScaledObject"]["spec"]["scaleTargetRef"]

    found = faults(models, list(broken.values()))

    assert {line.split()[1] for line in found} == set(broken)
    assert any("readinesProbe" in line for line in found)


def _first(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(it for it in manifests if it["kind"] == kind)
