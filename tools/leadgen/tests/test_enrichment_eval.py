"""`leadgen enrichment eval`: what is found on labelled pages, measured by field."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from enricher.extract.facts import FIELDS as FACTS
from leadgen.cli import app
from leadgen.enrichment.comparison import folded
from leadgen.enrichment.labels import FIELDS

PAGE = """
<title>Valves</title><a href="/jobs">Jobs</a><p>Founded in 1988.</p><p>Tel 6222 3333 Fax 6444 5555</p>
<p>info@valves.sg</p><p>ISO 9001</p>
"""


def a_folder(tmp_path: Path, *entries: dict[str, Any], **files: str) -> Path:
    for name, body in {"home": PAGE, **files}.items():
        (tmp_path / f"{name}.html").write_text(body, encoding="utf-8")
    (tmp_path / "labels.json").write_text(json.dumps(entries), encoding="utf-8")
    return tmp_path


def entry(file: str = "home.html", **right: Any) -> dict[str, Any]:
    return {"file": file, "url": "http://valves.sg/", "right": right}


@pytest.mark.slow
def test_each_field_has_its_scores_and_differences(tmp_path: Path) -> None:
    """A missed value costs recall, a wrong one precision; fields without a label are not judged."""
    folder = a_folder(
        tmp_path,
        entry(
            emails=["info@valves.sg", "sales@valves.sg"],
            phones=["+6562223333"],
            founded_year="1988",
            careers=True,
            certifications=[],
        ),
        entry("parked.html", emails=[], phones=None),
        parked="<title>valves.sg is for sale</title><p>broker@names.com 6999 8888</p>",
    )

    result = CliRunner().invoke(app, ["enrichment", "eval", str(folder), "--json"])

    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["pages"] == 2
    assert report["fields"]["emails"] == {
        "pages": 2,
        "expected": 2,
        "found": 1,
        "right": 1,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.6667,
    }
    assert {name: score["f1"] for name, score in report["fields"].items() if name != "emails"} == {
        "phones": 1.0,
        "founded_year": 1.0,
        "careers": 1.0,
        "certifications": 0.0,
    }
    assert report["differences"] == [
        {"file": "home.html", "field": "emails", "missing": ["sales@valves.sg"], "wrong": []},
        {"file": "home.html", "field": "certifications", "missing": [], "wrong": ["ISO 9001"]},
    ]


@pytest.mark.slow
def test_people_and_addresses_match_whatever_their_punctuation(tmp_path: Path) -> None:
    """People and addresses match whatever their punctuation and forms of address. A table has one line per field."""
    body = "<p>Ana Cruz, Sales Manager</p><p>Ben Low</p><p>Buyer</p><p>12 Gul Way, #03-01, Singapore 629190</p>"
    folder = a_folder(
        tmp_path,
        {
            "file": "team.html",
            "url": "http://valves.sg/team",
            "right": {
                "people": ["Datin Dr. ana cruz | Sales manager", "Capt. Ben Low, MRICS | Buyer"],
                "address": "12 Gul Way #03-01 Singapore 629190",
            },
        },
        team=body,
    )

    result = CliRunner().invoke(app, ["enrichment", "eval", str(folder)])

    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()[1:]] == [
        ["address", "1", "1", "1", "1.00", "1.00", "1.00"],
        ["people", "1", "2", "2", "1.00", "1.00", "1.00"],
    ]


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("address", "12 Gul Way, #03-01, Singapore 629190", "12 Gul Way #03-01 S(629190)"),
        ("address", "12 Gul Way, Singapore 629190, SG", "12 Gul Way (S) 629190, Singapore"),
        ("address", "Blk 3 Ang Mo Kio Ave 5 S569876", "Block 3, Ang Mo Kio Avenue 5, Singapore 569876"),
        ("address", "14 Rosebank Ave, Clayton, VIC, 3169, AU", "14 Rosebank Ave, Clayton VIC 3169"),
        ("address", "Poststr. 11, St. Gallen, 9001", "Poststr. 11, CH-9001 St. Gallen, Switzerland"),
        ("address", "12 rue Burdeau, Lyon, 69001, FR", "12 rue Burdeau, 69001 Lyon"),
        ("technologies", "facebook-pixel", "Meta Pixel"),
        ("technologies", "vue", "Vue.js"),
        ("technologies", "tawk", "Tawk.to"),
        ("technologies", "alpine-js", "Alpine.js"),
    ],
)
def test_one_thing_in_two_writings_is_the_same(field: str, one: str, other: str) -> None:
    """The country's name at the end, the order of town and code, abbreviations, a product's former name."""
    assert folded(field, one) == folded(field, other)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("address", "12 Gul Way, #03-01, Singapore 629190", "12 Gul Way, Singapore 629190"),
        ("address", "12 Gul Way, Singapore 629190", "12 Gul Way, Singapore 629191"),
        ("address", "Tel 6222 3333, 12 Gul Way, Singapore 629190", "12 Gul Way, Singapore 629190"),
        ("technologies", "google-analytics", "google-ads"),
        ("people", "Ana Cruz | Director", "Ana Cruz"),
    ],
)
def test_different_things_stay_different(field: str, one: str, other: str) -> None:
    """A unit, a code, words that are no part of the address."""
    assert folded(field, one) != folded(field, other)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "does not exist"),
        ("{", "cannot be read as JSON"),
        ("[]", "must hold a list"),
        ('[{"file": "home.html", "url": "valves.sg", "right": {}}]', "entry 1: url"),
        ('[{"file": "home.html", "url": "http://valves.sg/", "right": {"mails": []}}]', "no field 'mails'"),
        ('[{"file": "../x.html", "url": "http://valves.sg/", "right": {}}]', "there is no file '../x.html'"),
    ],
)
def test_labels_that_are_none_get_one_clear_line(tmp_path: Path, labels: str | None, message: str) -> None:
    """Labels that are none get one clear line, and an exit code."""
    folder = a_folder(tmp_path)
    (folder / "labels.json").unlink() if labels is None else (folder / "labels.json").write_text(labels)

    result = CliRunner().invoke(app, ["enrichment", "eval", str(folder)])

    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_every_fact_can_be_labelled() -> None:
    """Every fact can be labelled, but for news, which depends on the day, and the main number, which is the first of
    the telephones.
    """
    assert FIELDS - set(FACTS) == {"emails", "phones", "people", "careers", "title"}
    assert set(FACTS) - FIELDS == {"news", "phone"}
