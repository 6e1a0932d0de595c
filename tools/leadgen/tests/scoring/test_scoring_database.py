"""`leadgen score` and `leadgen scoring` on a real database; what the scorer would write, a test writes."""

import asyncio
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leadgen.cli import app
from leadgen.scoring.applying import NotApplied, apply
from leadgen.scoring.weights import Weights
from leadgen.ssic import seed_ssic

LEAD = """
    WITH company AS (INSERT INTO companies (uen, name) VALUES ($2, 'Acme [red] Pte. Ltd.')
                     ON CONFLICT (uen) DO UPDATE SET uen = $2 RETURNING company_id),
    score AS (INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at,
                                       confidence, has_icp)
              SELECT $1, company_id, $3, 'Medium', 'Because.', '2026-11-2', '2026-11-20T00:00:00Z', 0.75, false
                FROM company)
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at, base)
    SELECT $1, company_id, $4, '2026-11-2', '2026-11-20T00:00:00Z', 0.4 FROM company
"""
HELD = "SELECT weights::text, version FROM scoring_models WHERE tenant_id = $1"


def features(**values: float | None) -> str:
    """Features as the scorer writes them."""
    return json.dumps(
        {
            name: {
                "group": "signals",
                "value": value,
                "weight": 0.25,
                "prior": 0.5,
                "contribution": 0.0 if value is None else round(0.25 * (value - 0.5), 4),
                "evidence": f"the {name}" if value else "",
                "source": "http://acme.sg/" if value else None,
            }
            for name, value in values.items()
        }
    )


@pytest.fixture
def leadgen(database_url: str):
    """`await leadgen("score", "--explain", "U1")`: the command, on this test's database."""

    async def run(*words: str | Path) -> Result:
        runner = CliRunner(env={"DATABASE_URL": database_url, "DEFAULT_TENANT_ID": None})
        return await asyncio.to_thread(runner.invoke, app, [str(word) for word in words])

    return run


@pytest.fixture
async def outcomes(owner, tmp_path) -> Path:
    """A file of 150 outcomes that follow `hiring`; the leads of 148 are tenant 1's."""
    chance = random.Random(1)
    lines = ["uen,outcome"]
    for number in range(150):
        hiring, news = chance.choice([0.0, 1.0]), chance.choice([None, 0.0, 1.0])
        is_won = chance.random() < 0.2 + 0.6 * hiring
        lines.append(f"U{number},{'won' if is_won else 'lost'}")
        if number >= 2:
            await owner.execute(
                LEAD, 1, f"U{number}", 0.4 + 0.2 * hiring, features(hiring=hiring, news=news, pricing=None)
            )
    (tmp_path / "outcomes.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "outcomes.csv"


async def test_a_score_is_explained(leadgen, owner) -> None:
    """A score is explained, as a table, and as JSON with the same in it; the largest contribution first."""
    await owner.execute(LEAD, 2, "U1", 0.525, features(pricing=None, hiring=0.0, news=1.0))
    shown = await leadgen("score", "--explain", "u1", "--tenant", "2")
    assert shown.exit_code == 0, shown.output
    for part in (
        "Acme [red] Pte. Ltd.",
        "0.525 Medium",
        "75%",
        "+0.1250",
        "-0.1250",
        "unknown",
        "without an ICP",
        "base",
    ):
        assert part in shown.output
    found = json.loads((await leadgen("score", "--explain", "U1", "--tenant", "2", "--json")).output)
    assert (found["uen"], found["score"], found["base"], found["has_icp"]) == ("U1", 0.525, 0.4, False)
    assert [each["name"] for each in found["contributions"]] == ["hiring", "news", "pricing"]
    assert found["contributions"][1]["source"] == "http://acme.sg/"


@pytest.mark.parametrize("uen", ["U1", "nobody's"])
async def test_a_lead_that_is_none_of_the_tenants_is_not_there(leadgen, owner, uen) -> None:
    """Exit code 1 and a line, whether it is another tenant's or nobody's."""
    await owner.execute(LEAD, 2, "U1", 0.5, features())
    shown = await leadgen("score", "--explain", uen)
    assert shown.exit_code == 1
    assert f"tenant 1 has no scored lead {uen}" in shown.output


async def test_scores_are_looked_up_and_held_against_outcomes(leadgen, outcomes) -> None:
    """Scores are looked up and held against outcomes: those that the tenant has; the number of others is printed."""
    found = json.loads((await leadgen("scoring", "eval", outcomes, "--json")).output)
    assert (found["labels"], found["missing"]) == (148, 2)
    assert found["auc"] > 0.7
    assert [each["count"] > 0 for each in found["calibration"]] == [number in (4, 6) for number in range(10)]
    shown = await leadgen("scoring", "eval", outcomes, "--plot", outcomes.with_name("p.svg"))
    assert "2 more without a score" in shown.output
    assert outcomes.with_name("p.svg").exists()


async def test_another_tenants_scores_are_not_looked_up(leadgen, outcomes) -> None:
    """That it has none is said."""
    shown = await leadgen("scoring", "eval", outcomes, "--tenant", "2")
    assert shown.exit_code == 1
    assert "0 outcomes with a score are too few" in shown.output


async def test_weights_are_proposed_from_what_leads_are_scored_by(leadgen, outcomes, owner) -> None:
    """Weights are proposed from what leads are scored by: what follows the outcomes gets the weight; nothing is
    applied, and that is said.
    """
    shown = await leadgen("scoring", "fit", outcomes, "--out", outcomes.with_name("m.toml"))
    assert shown.exit_code == 0, shown.output
    assert "Nothing was applied" in shown.output
    assert f"leadgen scoring use {outcomes.with_name('m.toml')} --tenant 1" in shown.output
    assert "hiring = 0." in outcomes.with_name("m.toml").read_text()
    found = json.loads((await leadgen("scoring", "fit", outcomes, "--json")).output)
    assert (found["labels"], found["missing"], found["applied"], found["kept"]) == (148, 2, False, ["pricing"])
    assert found["weights"]["hiring"] > 0.5
    assert found["model"] == outcomes.with_name("m.toml").read_text()
    assert await owner.fetchval("SELECT count(*) FROM scoring_models") == 0


async def test_without_a_database_it_says_what_is_missing(tmp_path) -> None:
    """Without a database it says what is missing, of a file that holds neither scores nor features."""
    (tmp_path / "o.csv").write_text("uen,outcome\nU1,won\n")
    for command, found in (("eval", "no column score"), ("fit", "no column with the name of a criterion")):
        runner = CliRunner(env={"DATABASE_URL": None})
        shown = await asyncio.to_thread(runner.invoke, app, ["scoring", command, str(tmp_path / "o.csv")])
        assert shown.exit_code == 1
        assert found in shown.output
        assert "--database-url" in shown.output


async def test_weights_are_used_for_one_tenant_until_they_are_taken_back(
    leadgen, database_url, owner, tmp_path
) -> None:
    """Its leads are scored again, which is said; the same may be used again."""
    await seed_ssic(database_url)
    (tmp_path / "m.toml").write_text('version = "mine-1"\n[weights]\nhiring = 0.75\nnews = 0.25\n')
    for _ in range(2):
        shown = await leadgen("scoring", "use", tmp_path / "m.toml", "--tenant", "2")
        assert shown.exit_code == 0, shown.output
        assert "(mine-1) from now on" in shown.output
        assert "0 leads scored again" in shown.output
    weights, version = await owner.fetchrow(HELD, 2)
    assert (json.loads(weights), version) == ({"hiring": 0.75, "news": 0.25}, "mine-1")
    assert await owner.fetchrow(HELD, 1) is None
    shown = await leadgen("scoring", "use", "--default", "--tenant", "2")
    assert shown.exit_code == 0, shown.output
    assert "the model's own weights" in shown.output
    assert await owner.fetchrow(HELD, 2) is None


async def test_a_version_means_the_same_weights_for_good(database_url, owner) -> None:
    """Scores name the version that they are by, and a lead that has one of it is not scored again."""
    await apply(database_url, 1, Weights("mine-1", {"hiring": 1.0}))
    with pytest.raises(NotApplied, match="give these weights another one"):
        await apply(database_url, 1, Weights("mine-1", {"hiring": 0.5}))
    await apply(database_url, 1, Weights("mine-2", {"hiring": 0.5}))
    assert (await owner.fetchrow(HELD, 1))["version"] == "mine-2"


async def test_weights_of_no_tenant_are_refused(leadgen, tmp_path) -> None:
    """With the command that adds it; and a call that is none is one of its own kind."""
    (tmp_path / "m.toml").write_text('version = "mine-1"\n[weights]\nhiring = 1\n')
    shown = await leadgen("scoring", "use", tmp_path / "m.toml", "--tenant", "99")
    assert shown.exit_code == 1
    assert "leadgen tenant add" in shown.output
    assert (await leadgen("scoring", "use", "--tenant", "1")).exit_code == 2
    assert (await leadgen("scoring", "use", tmp_path / "m.toml", "--default", "--tenant", "1")).exit_code == 2


FEEDBACK = """
    INSERT INTO lead_feedback (tenant_id, company_id, outcome, actor, score)
    SELECT 1, company_id, $2, 'rep@example.com', $3 FROM companies WHERE uen = $1
"""


async def test_the_feedback_of_reps_stands_in_for_a_file(leadgen, owner, outcomes) -> None:
    """The latest of each lead, with the score of then; a wrong contact is passed over, and so are other tenants."""
    for line in outcomes.read_text().splitlines()[3:]:
        uen, outcome = line.split(",")
        await owner.execute(FEEDBACK, uen, "lost" if outcome == "won" else "won", 0.5)  # taken back
        last = ("won", 0.9) if outcome == "won" else ("not_a_fit", 0.1)
        await owner.execute(FEEDBACK, uen, *last)
        await owner.execute(FEEDBACK, uen, "wrong_contact", 0.5)
    await owner.execute(
        "INSERT INTO lead_feedback (tenant_id, company_id, outcome, actor, score)"
        " SELECT 2, company_id, 'lost', actor, 1 FROM lead_feedback"
    )

    evaluated = await leadgen("scoring", "eval", "--json")
    assert evaluated.exit_code == 0, evaluated.output
    found = json.loads(evaluated.output)
    assert (found["labels"], found["missing"], found["auc"]) == (148, 0, 1.0)
    by_file = json.loads((await leadgen("scoring", "fit", outcomes, "--json")).output)
    by_feedback = json.loads((await leadgen("scoring", "fit", "--json")).output)
    assert (by_feedback["labels"], by_feedback["weights"]) == (by_file["labels"], by_file["weights"])


async def test_without_file_and_feedback_there_is_nothing_to_learn_from(leadgen) -> None:
    """One line that says how feedback is given."""
    answered = await leadgen("scoring", "eval")
    assert answered.exit_code == 1
    assert "POST /leads/{company_id}/feedback" in answered.output
