"""The manifests against the schemas of Kubernetes and of the operators.

Most are published on npm (kubernetes-models), CloudNativePG's Cluster as a TypeScript type. Strimzi's are made from its
classes (strimzi/generate).
"""

import copy
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import jsonschema_rs
import pytest
import yaml

from testkit.browsers.node_packages import installed

pytestmark = [pytest.mark.kubernetes, pytest.mark.node]

FOLDER = Path(__file__).with_name("models")
EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "k8s" / "examples"

STRIMZI = "kafka.strimzi.io/v1"
STRIMZI_SCHEMAS = Path(__file__).with_name("strimzi") / "schemas.json"
#: No package publishes a schema of it: its fields are held by test_kubernetes_policy.py alone.
WITHOUT_SCHEMA = {"postgresql.cnpg.io/v1 Pooler"}


class Models:
    """A process that has read the models and their types, which takes seconds, and checks objects against them."""

    def __init__(self, folder: Path, errors: IO[str]) -> None:
        self._errors = errors
        self._process = subprocess.Popen(
            ["node", "validate.mjs"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

    def check(self, manifests: list[dict[str, Any]]) -> list[str]:
        """Returns the lines that it prints, the last of which says how many objects it has checked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(manifests, default=str) + "\n")
        self._process.stdin.flush()
        lines: list[str] = []
        while not lines or not lines[-1].startswith("checked "):
            line = self._process.stdout.readline()
            if not line:
                self._errors.seek(0)
                pytest.fail(f"validate.mjs ended: {self._errors.read()}")
            lines.append(line.rstrip("\n"))
        return lines

    def stop(self) -> None:
        """Ends the process, which ends by itself with its input."""
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    """The models, for all tests here."""
    with tempfile.TemporaryFile("w+") as errors:
        started = Models(installed(FOLDER, "validate.mjs"), errors)
        yield started
        started.stop()


def faults(models: Models, manifests: list[dict[str, Any]]) -> list[str]:
    """Returns what is wrong, and fails unless every object of a kind with a schema was checked."""
    strimzi = [it for it in manifests if it["apiVersion"] == STRIMZI]
    return faults_of_strimzi(strimzi) + faults_of_models(models, [it for it in manifests if it not in strimzi])


def faults_of_strimzi(manifests: list[dict[str, Any]]) -> list[str]:
    """Returns what is wrong with Strimzi's objects."""
    schemas = json.loads(STRIMZI_SCHEMAS.read_text(encoding="utf-8"))
    found = []
    for it in manifests:
        validator = jsonschema_rs.validator_for({**schemas, "$ref": f"#/$defs/{it['kind']}"})
        found += [
            f"wrong {it['kind']} {it['metadata']['name']}: {'.'.join(map(str, error.instance_path))}: {error.message}"
            for error in validator.iter_errors(it)
        ]
    return found


def faults_of_models(models: Models, manifests: list[dict[str, Any]]) -> list[str]:
    """Returns what is wrong with the others."""
    lines = models.check(manifests)
    unknown = [line.removeprefix("unknown ") for line in lines if line.startswith("unknown ")]
    assert set(unknown) <= WITHOUT_SCHEMA
    assert lines[-1] == f"checked {len(manifests) - len(unknown)}"
    return [line for line in lines if line.startswith("wrong ")]


@pytest.mark.slow
def test_manifests_fit_their_schemas(models: Models, overlays: dict[str, list[dict[str, Any]]]) -> None:
    """Both overlays and the examples: no field is missing, unknown, or of a wrong type."""
    examples = [it for file in EXAMPLES.glob("*.yaml") for it in yaml.safe_load_all(file.read_text(encoding="utf-8"))]

    assert faults(models, [*overlays["dev"], *overlays["prod"], *examples]) == []


@pytest.mark.slow
def test_faults_are_found(models: Models, overlays: dict[str, list[dict[str, Any]]]) -> None:
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


@pytest.mark.parametrize(
    ("kind", "change", "place"),
    [
        ("KafkaTopic", lambda it: it["spec"].update(partition=6), "partition"),
        ("KafkaTopic", lambda it: it["spec"].update(partitions=0), "partitions"),
        ("KafkaNodePool", lambda it: it["spec"].pop("storage"), "storage"),
        ("Kafka", lambda it: it["spec"]["kafka"]["listeners"][0].update(port=80), "port"),
        ("Kafka", lambda it: it["spec"]["kafka"]["listeners"][0]["authentication"].update(type="scram"), "type"),
        ("Kafka", lambda it: it["spec"]["kafka"].update(replicas=3), "replicas"),  # of an older version of the API
        ("KafkaUser", lambda it: it["spec"]["authorization"]["acls"][0].update(operations=["Reed"]), "operations"),
        ("KafkaUser", lambda it: it["spec"]["authorization"]["acls"][0]["resource"].update(names="x"), "names"),
    ],
)
def test_faults_of_strimzis_objects_are_found(overlays: Any, kind: str, change: Any, place: str) -> None:
    """Unknown fields, values out of range, missing ones, and fields that the version of the API does not have."""
    broken = copy.deepcopy(_first(overlays["prod"], kind))
    change(broken)

    found = faults_of_strimzi([broken])

    assert len(found) == 1, found
    assert place in found[0]


@pytest.mark.slow
def test_faults_of_a_database_cluster_are_found(models: Models, overlays: dict[str, list[dict[str, Any]]]) -> None:
    """An unknown field deep inside, a value that its enumeration lacks, a wrong type."""
    good = _first(overlays["prod"], "Cluster")
    broken = [copy.deepcopy(good) for _ in range(3)]
    broken[0]["spec"]["managed"]["roles"][0]["passwordsecret"] = {"name": "x"}
    broken[1]["spec"]["primaryUpdateStrategy"] = "unattended"
    broken[2]["spec"]["instances"] = "three"

    found = faults_of_models(models, [good, *broken])

    assert len(found) == 3, found
    assert [word in line for word, line in zip(("passwordsecret", "unattended", "number"), found, strict=True)] == [
        True
    ] * 3


def _first(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(it for it in manifests if it["kind"] == kind)
