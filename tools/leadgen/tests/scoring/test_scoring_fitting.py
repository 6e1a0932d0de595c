"""Weights fitted to outcomes: what they find again, what they leave alone, and when they are refused."""

import math
import random

import numpy as np
import pytest

from leadgen.scoring.fitting import Labelled, NoSeparatingFeature, _fit, propose
from leadgen.scoring.measures import TooFewLabels
from leadgen.scoring.weights import CriterionWeight, NotAModel, Weights, as_toml, read_weights, scorers_model

NOW = {
    "industry": CriterionWeight(0.1, 0.4),
    "hiring": CriterionWeight(0.1, 0.3),
    "site_live": CriterionWeight(0.3, 0.5),
    "news": CriterionWeight(0.1, 0.3),
}


def leads(number: int, **pull: float) -> list[Labelled]:
    """Builds as many leads whose chances depend on these features; the same ones each time."""
    chance = random.Random(5)
    made = []
    for _ in range(number):
        values = {name: chance.choice([None, 0.0, 0.5, 1.0]) for name in ("industry", "hiring", "site_live")}
        logit = sum(by * (values[name] - NOW[name].prior) for name, by in pull.items() if values[name] is not None)
        made.append(Labelled(values, chance.random() < 1 / (1 + math.exp(-logit))))
    return made


@pytest.mark.slow
def test_what_decides_is_found() -> None:
    """It gets the weight, and does better on leads that were left out than the weights of now."""
    proposal = propose(leads(600, industry=4, hiring=2), NOW, missing=3)
    assert proposal.weights["industry"] > proposal.weights["hiring"] > 3 * proposal.weights["site_live"]
    assert proposal.auc_proposed > proposal.auc_current + 0.05
    assert proposal.is_better
    assert (proposal.labels, proposal.missing) == (600, 3)


@pytest.mark.slow
def test_what_these_outcomes_do_not_speak_of_keeps_its_weight() -> None:
    """All weights sum to 1, as those of now do: news was found of nobody."""
    proposal = propose(leads(200, industry=3), NOW)
    assert proposal.kept == ("news",)
    assert proposal.weights["news"] == proposal.current["news"] == pytest.approx(0.1667, abs=1e-4)
    assert round(sum(proposal.weights.values()), 4) == round(sum(proposal.current.values()), 4) == 1


def test_no_weight_is_negative() -> None:
    """A positive finding never lowers a score, whatever these outcomes say."""
    proposal = propose(leads(400, industry=3, hiring=-3), NOW)
    assert proposal.weights["hiring"] == 0
    assert min(proposal.weights.values()) >= 0


def test_the_fit_is_the_best_that_is_not_negative() -> None:
    """Against a general solver of the same problem with bounds."""
    from scipy.optimize import minimize

    random_ = np.random.default_rng(3)
    found = random_.uniform(-0.5, 0.5, (300, 8))
    found[:, 5] = found[:, 0] + 0.1 * random_.normal(size=300)
    pull = np.array([2, -2, 1, -1, 0, -1, 0.5, 0])
    is_won = random_.uniform(size=300) < 1 / (1 + np.exp(-(found @ pull + 0.3)))

    def loss(it):
        logits = found @ it[:-1] + it[-1]
        return np.logaddexp(0, np.where(is_won, -logits, logits)).sum() + it[:-1] @ it[:-1] / 2

    bounds = [(0, None)] * 8 + [(None, None)]
    best = minimize(loss, np.zeros(9), bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-12, "gtol": 1e-9})
    assert _fit(found, is_won) == pytest.approx(best.x[:-1], abs=2e-3)


def test_the_same_outcomes_give_the_same_proposal() -> None:
    """To the last digit, and by the same name."""
    assert propose(leads(150, industry=3), NOW) == propose(leads(150, industry=3), NOW)


def test_too_few_outcomes_are_refused() -> None:
    """With how many it takes."""
    with pytest.raises(TooFewLabels, match=r"99 outcomes .* at least 100 outcomes are needed, 20 of them won and 20 "):
        propose(leads(99, industry=3), NOW)


@pytest.mark.parametrize(("is_won", "expected"), [(True, "100 won and 19 lost"), (False, "19 won and 100 lost")])
def test_one_sided_outcomes_are_refused(is_won, expected) -> None:
    """One-sided outcomes are refused, however many there are."""
    one_sided = [Labelled({"industry": 0.5}, is_won)] * 100 + [Labelled({"industry": 0.1}, not is_won)] * 19
    with pytest.raises(TooFewLabels, match=f"{expected} are too one-sided"):
        propose(one_sided, NOW)


def test_features_that_tell_nothing_give_no_proposal() -> None:
    """All against, or all unknown."""
    with pytest.raises(NoSeparatingFeature):
        propose(leads(200, industry=-3, hiring=-3, site_live=-3), NOW)
    with pytest.raises(NoSeparatingFeature):
        propose([Labelled({}, number % 2 == 0) for number in range(200)], NOW)


def test_a_proposal_can_be_used(tmp_path) -> None:
    """A proposal can be used, as it is written, with its comments."""
    model = scorers_model()
    proposed = Weights("fit-1", {name: 1 / len(model.criteria) for name in model.criteria})
    (tmp_path / "m.toml").write_text(as_toml(proposed, ["Proposed.", ""]))
    assert read_weights(tmp_path / "m.toml", model) == proposed


def test_the_scorers_own_model_is_found() -> None:
    """Its weights sum to 1; whole, it may be used as a tenant's weights."""
    model = scorers_model()
    assert sum(each.weight for each in model.criteria.values()) == pytest.approx(1)
    assert "industry" in model.criteria


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version = ", "is not TOML"),
        ("[weights]\nindustry = 1", "needs a version"),
        ('version = "a b"\n[weights]\nindustry = 1', "needs a version"),
        ('version = "1"', "holds no weights"),
        ('version = "1"\nweights = 3', "holds no weights"),
        ('version = "1"\n[weights]\ninduztry = 1', "weights for induztry, which the model .* the criteria industry"),
        ('version = "1"\n[weights]\nindustry = -0.1', "industry: -0.1 is not a number from 0"),
        ('version = "1"\n[weights]\nindustry = nan', "industry: nan is not a number"),
        ('version = "1"\n[weights]\nindustry = "much"', "industry: 'much' is not a number"),
        ('version = "1"\n[weights]\nindustry = 0', "has no weight above 0"),
        ('version = "1"\n[criteria.industry]\nprior = 1', "industry: None is not a number"),
    ],
)
def test_a_file_that_is_no_weights_is_refused(tmp_path, text, expected) -> None:
    """With what it needs."""
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(NotAModel, match=expected):
        read_weights(tmp_path / "m.toml", scorers_model())
