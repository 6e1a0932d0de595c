"""Each alert fires in the cases of deploy/prometheus/alert_cases.yaml that say so, and in no other: `promtool test`."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROMETHEUS = Path(__file__).resolve().parents[2] / "deploy/prometheus"


def annotations(rules: list[dict[str, Any]], name: str, labels: dict[str, str], value: object) -> dict[str, str]:
    """The annotations of an alert's rule of this severity, as Prometheus renders them."""
    [rule] = [it for it in rules if it.get("alert") == name and it["labels"]["severity"] == labels["severity"]]

    def rendered(text: str) -> str:
        named = re.sub(r"{{ \$labels\.(\w+) }}", lambda match: str(labels[match[1]]), text)
        return named.replace("{{ $value }}", str(value))

    return {key: rendered(text) for key, text in rule["annotations"].items()}


@pytest.mark.dashboards
def test_each_alert_fires_when_it_should_and_not_otherwise(prometheus_folder: Path, tmp_path: Path) -> None:
    """With exactly the labels and the annotations that are expected, at the case's time."""
    cases = yaml.safe_load((PROMETHEUS / "alert_cases.yaml").read_text(encoding="utf-8"))
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    tests = [
        {
            "name": f"{name}: {case['name']}",
            "interval": "1m",
            "input_series": [{"series": series, "values": values} for series, values in case["series"].items()],
            "alert_rule_test": [
                {
                    "eval_time": case["at"],
                    "alertname": name,
                    "exp_alerts": [
                        {
                            "exp_labels": labels,
                            "exp_annotations": annotations(rules, name, labels, case.get("value")),
                        }
                        for labels in case["fires"]
                    ],
                }
            ],
        }
        for name, its in cases.items()
        for case in its
    ]
    files = []
    order = [group["name"] for group in groups]  # else any: an alert before the recording rules that it reads
    for interval, is_long in (("1m", False), ("10m", True)):  # rules are evaluated all the time until a case's end
        some = [it for it in tests if ("h" in it["alert_rule_test"][0]["eval_time"]) is is_long]
        files.append(tmp_path / f"{interval}.yml")
        given = {
            "rule_files": [str(PROMETHEUS / "alerts.yml")],
            "evaluation_interval": interval,
            "group_eval_order": order,
            "tests": some,
        }
        files[-1].write_text(yaml.safe_dump(given), encoding="utf-8")

    found = subprocess.run(
        [prometheus_folder / "promtool", "test", "rules", *files], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.dashboards
@pytest.mark.parametrize(("what", "name"), [("config", "prometheus.yml"), ("rules", "alerts.yml")])
def test_prometheus_reads_its_files(prometheus_folder: Path, what: str, name: str) -> None:
    """Prometheus reads its files, as promtool checks them."""
    found = subprocess.run(
        [prometheus_folder / "promtool", "check", what, PROMETHEUS / name], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout + found.stderr
