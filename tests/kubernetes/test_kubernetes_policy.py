"""Rules that every manifest of deploy/k8s keeps, in each overlay."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from kubernetes_resources import kubernetes_resources
from leadgen.kafka.topics import read_topics
from settings_reference import SERVICES, settings_class

pytestmark = pytest.mark.kubernetes

K8S = Path(__file__).resolve().parents[2] / "deploy" / "k8s"
Manifests = list[dict[str, Any]]
PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
SCALED = {"upserter", "enricher", "scorer", "odoo-sync"}


class Workload(NamedTuple):
    """A Deployment, Job or CronJob, and the template of its pods."""

    kind: str
    name: str
    spec: dict[str, Any]
    template: dict[str, Any]


def of_kind(manifests: Manifests, kind: str) -> Manifests:
    return [it for it in manifests if it["kind"] == kind]


def workloads(manifests: Manifests) -> Iterator[Workload]:
    for it in manifests:
        spec = it.get("spec", {})
        if it["kind"] in ("Deployment", "Job"):
            yield Workload(it["kind"], it["metadata"]["name"], spec, spec["template"])
        elif it["kind"] == "CronJob":
            yield Workload(it["kind"], it["metadata"]["name"], spec, spec["jobTemplate"]["spec"]["template"])


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    exists = {"Exists": True, "DoesNotExist": False}
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items()) and all(
        (it["key"] in labels) is exists[it["operator"]] for it in selector.get("matchExpressions", [])
    )


def test_every_service_is_deployed(manifests: Manifests) -> None:
    """Six Deployments, the night and the two Jobs of the setup."""
    names = {(it.kind, it.name) for it in workloads(manifests)}
    deployed = {"nightly-stage" if service == "nightly" else service for service in SERVICES}
    expected = {
        *(("Deployment", name) for name in deployed),
        ("CronJob", "night"),
        ("Job", "migrate"),
        ("Job", "topics"),
    }
    assert names == expected


def test_pods_are_restricted(manifests: Manifests) -> None:
    """Pods are restricted, as the Pod Security Standard `restricted` asks, with a read-only root, and no token of a
    service account.
    """
    accounts = {it["metadata"]["name"]: it for it in of_kind(manifests, "ServiceAccount")}
    for name, pod in ((it.name, it.template["spec"]) for it in workloads(manifests)):
        assert pod["automountServiceAccountToken"] is False, name
        assert accounts[pod["serviceAccountName"]]["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        assert {it["name"]: set(it) - {"name"} for it in pod["volumes"]} == {
            "tmp": {"emptyDir"},
            "kafka-ca": {"secret"},
            "postgres-ca": {"secret"},
        }, name
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
    namespace = of_kind(manifests, "Namespace")[0]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_pods_have_resources_and_images_of_ours(manifests: Manifests) -> None:
    """Requests for scheduling, a limit of memory, and an image with a tag that is not `latest`."""
    for it in workloads(manifests):
        for container in it.template["spec"]["containers"]:
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), it.name
            assert container["resources"]["limits"]["memory"], it.name
            image, _, tag = container["image"].rpartition(":")
            assert image.rpartition("/")[2].startswith("leadgen"), it.name
            assert tag not in ("", "latest"), it.name


def test_services_are_probed_spread_and_budgeted(manifests: Manifests) -> None:
    """Probes for start, life and readiness; replicas over nodes and zones; a budget that selects the very pods."""
    budgets = of_kind(manifests, "PodDisruptionBudget")
    for it in workloads(manifests):
        if it.kind != "Deployment":
            continue
        (container,) = it.template["spec"]["containers"]
        probes = {
            name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        assert probes == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}, it.name
        labels = it.template["metadata"]["labels"]
        assert selects(it.spec["selector"], labels), it.name
        constraints = it.template["spec"]["topologySpreadConstraints"]
        assert {each["topologyKey"] for each in constraints} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }, it.name
        assert all(selects(each["labelSelector"], labels) for each in constraints), it.name
        (budget,) = [each for each in budgets if selects(each["spec"]["selector"], labels)]
        assert budget["spec"]["maxUnavailable"] == 1, it.name
        assert it.spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}, it.name
        grace = it.template["spec"]["terminationGracePeriodSeconds"]
        assert grace > 20 + 15, it.name  # SHUTDOWN_GRACE_S, and what the runbook says comes on top


def test_the_night_is_one_at_a_time_in_singapore(manifests: Manifests) -> None:
    """At 01:00 there; it ends, is tried again, and a partial night is not."""
    (night,) = [it for it in workloads(manifests) if it.kind == "CronJob"]

    assert (night.spec["schedule"], night.spec["timeZone"]) == ("0 1 * * *", "Asia/Singapore")
    assert night.spec["concurrencyPolicy"] == "Forbid"
    job = night.spec["jobTemplate"]["spec"]
    window = settings_class("nightly").model_fields["sched_window_minutes"].default
    assert window * 60 < job["activeDeadlineSeconds"] < 8 * 3600
    assert job["backoffLimit"] == 3
    no_retry = [it["onExitCodes"] for it in job["podFailurePolicy"]["rules"] if it["action"] == "FailJob"]
    assert no_retry == [{"containerName": "service", "operator": "In", "values": [2, 3]}]


def test_nothing_passes_that_no_policy_names(manifests: Manifests) -> None:
    """Pods but the operators' are denied both ways; the enricher alone reaches the internet, and nothing private."""
    policies = of_kind(manifests, "NetworkPolicy")
    (deny,) = [it for it in policies if it["metadata"]["name"] == "default-deny"]
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert set(deny["spec"]["podSelector"]) == {"matchExpressions"}
    spared = deny["spec"]["podSelector"]["matchExpressions"]
    assert {(it["key"], it["operator"]) for it in spared} == {
        (label, "DoesNotExist") for label in ("strimzi.io/cluster", "cnpg.io/cluster", "cnpg.io/poolerName")
    }

    for policy in policies:
        for rule in policy["spec"].get("egress", []):
            assert rule.get("to"), f"{policy['metadata']['name']} goes anywhere"
            assert rule.get("ports"), f"{policy['metadata']['name']} goes to every port"
            for block in (it["ipBlock"] for it in rule["to"] if "ipBlock" in it):
                network = ipaddress.ip_network(block["cidr"])
                if network.prefixlen < 24:
                    assert policy["spec"]["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "enricher"}}
                    excepted = [ipaddress.ip_network(it) for it in block["except"]]
                    for private in map(ipaddress.ip_network, PRIVATE):
                        assert any(private.subnet_of(it) for it in excepted), private


def test_policies_name_pods_that_are_there(manifests: Manifests) -> None:
    """A selector of ours that selects nothing would deny what it is meant to allow."""
    ours = [it.template["metadata"]["labels"] for it in workloads(manifests)]
    (cluster,) = of_kind(manifests, "Cluster")
    (pooler,) = of_kind(manifests, "Pooler")
    (kafka,) = of_kind(manifests, "Kafka")
    others = [
        {"cnpg.io/cluster": cluster["metadata"]["name"]},
        {"cnpg.io/poolerName": pooler["metadata"]["name"]},
        {"strimzi.io/cluster": kafka["metadata"]["name"], "strimzi.io/name": f"{kafka['metadata']['name']}-kafka"},
    ]
    for policy in of_kind(manifests, "NetworkPolicy"):
        assert any(selects(policy["spec"]["podSelector"], labels) for labels in [*ours, *others]), policy["metadata"]
        for rule in policy["spec"].get("egress", []):
            for peer in (it for it in rule["to"] if "podSelector" in it and "namespaceSelector" not in it):
                assert any(selects(peer["podSelector"], labels) for labels in [*ours, *others]), peer


def test_replicas_follow_each_lane(manifests: Manifests) -> None:
    """Stages with a backlog of both lanes, by the metric of that name, and no more replicas than partitions."""
    scaled = {it["spec"]["scaleTargetRef"]["name"]: it["spec"] for it in of_kind(manifests, "ScaledObject")}
    assert set(scaled) == SCALED
    for name, spec in scaled.items():
        assert [trigger["name"] for trigger in spec["triggers"]] == ["interactive", "nightly"]
        for trigger in spec["triggers"]:
            assert f'leadgen_inbox_open{{stage="{name}",lane="{trigger["name"]}"}}' in trigger["metadata"]["query"]
        assert spec["minReplicaCount"] < spec["maxReplicaCount"] <= read_topics().defaults.partitions


def test_settings_are_known_and_hold_no_secret(manifests: Manifests) -> None:
    """The common settings are those that a service reads; secrets come from objects that are not kept here."""
    known = {name.upper() for service in SERVICES for name in settings_class(service).model_fields}
    (settings,) = of_kind(manifests, "ConfigMap")
    assert set(settings["data"]) <= known
    assert not [name for name in settings["data"] if any(word in name for word in ("SECRET", "KEY", "PASSWORD"))]
    assert of_kind(manifests, "Secret") == []
    secrets = {
        source["secretRef"]["name"]
        for it in workloads(manifests)
        for container in it.template["spec"]["containers"]
        for source in container["envFrom"]
        if "secretRef" in source
    }
    for it in workloads(manifests):
        for container in it.template["spec"]["containers"]:
            assert {"configMapRef": {"name": settings["metadata"]["name"]}} in container["envFrom"], it.name
    assert secrets == {"leadgen-owner-secrets", *(f"leadgen-{service}-secrets" for service in SERVICES)}


def test_every_pod_logs_in_to_kafka_as_its_own_user(manifests: Manifests) -> None:
    """By the Secret that Strimzi makes for that user, over TLS, which trusts that cluster's authority."""
    users = {it["metadata"]["name"] for it in of_kind(manifests, "KafkaUser")}
    of = {"nightly-stage": "nightly", "night": "nightly", "migrate": "operator", "topics": "operator"}
    for it in workloads(manifests):
        (container,) = it.template["spec"]["containers"]
        environment = {each["name"]: each for each in container["env"]}
        user = environment["KAFKA_SASL_USERNAME"]["value"]
        assert user == f"leadgen-{of.get(it.name, it.name)}"
        assert user in users
        secret = environment["KAFKA_SASL_PASSWORD"]["valueFrom"]["secretKeyRef"]
        assert secret == {"name": user, "key": "password"}
    (settings,) = of_kind(manifests, "ConfigMap")
    assert settings["data"]["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    (kafka,) = of_kind(manifests, "Kafka")
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    assert listener["tls"] is True
    assert (
        settings["data"]["KAFKA_BOOTSTRAP_SERVERS"] == f"{kafka['metadata']['name']}-kafka-bootstrap:{listener['port']}"
    )


def test_every_service_has_a_database_login(manifests: Manifests) -> None:
    """CloudNativePG makes the owner's and one per service, named like the role that the migrations grant rights to."""
    (cluster,) = of_kind(manifests, "Cluster")
    roles = {it["name"]: it for it in cluster["spec"]["managed"]["roles"]}

    assert set(roles) == {"leadgen_owner", *(f"leadgen_{service.replace('-', '_')}" for service in SERVICES)}
    assert [name for name, it in roles.items() if it.get("createrole")] == ["leadgen_owner"]
    assert not any(it.get("superuser") or it.get("inRoles") for it in roles.values())
    (pooler,) = of_kind(manifests, "Pooler")
    assert pooler["spec"]["cluster"]["name"] == cluster["metadata"]["name"]
    assert pooler["spec"]["pgbouncer"]["poolMode"] == "transaction"


def test_prometheus_finds_every_service(manifests: Manifests) -> None:
    """The PodMonitor selects all pods of ours that have the port it names."""
    (monitor,) = of_kind(manifests, "PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    for it in workloads(manifests):
        if it.kind == "Deployment":
            assert selects(monitor["spec"]["selector"], it.template["metadata"]["labels"])
            ports = {each["name"]: each["containerPort"] for each in it.template["spec"]["containers"][0]["ports"]}
            (settings,) = of_kind(manifests, "ConfigMap")
            assert ports[endpoint["port"]] == int(settings["data"]["METRICS_PORT"])


@pytest.mark.parametrize("name", ["kafka/topics.yaml", "kafka/users.yaml", "base/alerts.yaml"])
def test_generated_files_are_those_of_their_sources(name: str) -> None:
    """`make docs` writes them anew after a change of deploy/topics.yaml or deploy/prometheus/alerts.yml."""
    assert (K8S / name).read_text(encoding="utf-8") == kubernetes_resources()[name]


def test_a_kafka_user_reaches_what_its_service_needs(manifests: Manifests) -> None:
    """By the list of topics: writes what it produces and its dead letters, reads what it consumes, and no more."""
    users = {it["metadata"]["name"].removeprefix("leadgen-"): it["spec"] for it in of_kind(manifests, "KafkaUser")}
    assert set(users) == {*SERVICES, "operator"}
    topics = read_topics().topics
    for service in SERVICES:
        acls = users[service]["authorization"]["acls"]
        may = {
            (it["resource"]["type"], it["resource"]["name"], operation) for it in acls for operation in it["operations"]
        }
        writes = {name for kind, name, operation in may if (kind, operation) == ("topic", "Write")}
        reads = {name for kind, name, operation in may if (kind, operation) == ("topic", "Read")}
        consumed = {name for name, it in topics.items() if service in it.consumers}
        dead = set() if service == "gateway" else {f"{name}.dlq" for name in consumed}
        assert writes == {name for name, it in topics.items() if service in it.producers} | dead
        assert reads == consumed
        assert {name for kind, name, _ in may if kind == "group"} <= {service}
        assert all(it["resource"]["patternType"] == "literal" for it in acls)


def test_the_example_of_external_secrets_fills_what_a_service_reads() -> None:
    """The keys are settings of the enricher; the login is the one that CloudNativePG reads."""
    text = (K8S / "examples" / "external-secrets.yaml").read_text(encoding="utf-8")
    secret, login = (it["spec"]["target"] for it in yaml.safe_load_all(text))
    known = {name.upper() for name in settings_class("enricher").model_fields}

    assert secret["name"] == "leadgen-enricher-secrets"
    assert set(secret["template"]["data"]) <= known
    assert login["name"] == "leadgen-enricher-login"
    assert set(login["template"]["data"]) == {"username", "password"}
