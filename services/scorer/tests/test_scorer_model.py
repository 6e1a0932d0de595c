"""The model's file and a tenant's own weights: what is refused, and what comes of what is not."""

import pytest

from scorer.core.model import CURRENT, UNIT, InvalidModel, model_from, read_model
from scorer.core.weighting import weighted_model

MODEL = read_model()
ALL = frozenset({"industry", "size", "age", "geography", "technologies"})

TWO = """
version = "test"
buckets = { high_from = 0.66, medium_from = 0.33 }
criteria.industry = { group = "icp", weight = 0.6, prior = 0.5, positive = { good = 0.8 }, negative = { bad = 0.2 } }
criteria.news = { group = "signals", weight = 0.4, prior = 0.5, positive = { good = 1.0 }, negative = { bad = 0.0 } }
"""


def test_the_current_model_is_in_order() -> None:
    """It names its own version, has the issue's three groups, and its weights sum to 1."""
    assert MODEL.version == CURRENT
    assert {it.group for it in MODEL.criteria} == {"icp", "signals", "contact"}
    assert sum(it.weight for it in MODEL.criteria) == UNIT
    assert (MODEL.bucket(6600), MODEL.bucket(6599), MODEL.bucket(3300), MODEL.bucket(3299)) == (
        "High",
        "Medium",
        "Medium",
        "Low",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight = 0.6", "weight = 0.7", "sum to 1"),
        (
            "prior = 0.5, positive = { good = 0.8 }",
            "prior = 0.9, positive = { good = 0.8 }",
            "its prior must lie between",
        ),
        (
            "prior = 0.5, positive = { good = 0.8 }",
            "prior = 0.1, positive = { good = 0.8 }",
            "its prior must lie between",
        ),
        ('group = "icp"', 'group = "luck"', "a group is one of"),
        ("weight = 0.4", "weight = true", "not a number between 0 and 1"),
        ("good = 1.0", "good = 1.5", "not a number between 0 and 1"),
        ("high_from = 0.66", "high_from = 0.22", "bucket limits must satisfy"),
        ('version = "test"', "", "not a scoring model"),
        ("{", "", "not a scoring model"),
    ],
)
def test_a_model_that_breaks_the_rules_is_refused(old: str, new: str, message: str) -> None:
    """With what is wrong."""
    with pytest.raises(InvalidModel, match=message):
        model_from(TWO.replace(old, new, 1))


def test_what_an_icp_does_not_ask_for_is_left_out_and_the_rest_scaled() -> None:
    """The proportions stay; what rounding leaves goes to the largest remainder."""
    model = model_from(TWO)

    assert [it.weight for it in weighted_model(model, {}, {"industry"}).criteria] == [6000, 4000]
    assert [it.weight for it in weighted_model(model, {}, ()).criteria] == [UNIT]
    assert [it.weight for it in weighted_model(model, {"industry": 1, "news": 2}, ALL).criteria] == [3333, 6667]


def test_a_contribution_is_the_weight_times_what_is_above_the_prior() -> None:
    """A contribution is the weight times what is above the prior, and the base is what is typical."""
    weighted = weighted_model(model_from(TWO), {}, ALL)

    assert weighted.base == 5000
    assert weighted.score({"industry": "good"}) == 5000 + 1800
    assert weighted.score({"industry": "bad", "news": "good"}) == 5000 - 1800 + 2000
    assert weighted.score({"industry": None}) == 5000


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"luck": 1}, "has no criterion luck"),
        ({"news": -1}, "the weight of news"),
        ({"news": "much"}, "the weight of news"),
        ({"news": float("nan")}, "the weight of news"),
        ({"news": True}, "the weight of news"),
        ({it.name: 0 for it in MODEL.criteria}, "no criterion that counts"),
    ],
)
def test_weights_that_cannot_be_are_refused(own: dict[str, float], message: str) -> None:
    """With what to correct."""
    with pytest.raises(InvalidModel, match=message):
        weighted_model(MODEL, own, ALL)
