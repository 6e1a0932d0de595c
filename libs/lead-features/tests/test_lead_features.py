"""Reading a score's features back from their JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lead_features.format import Contribution, Feature, contributions_in

numbers = st.integers(-10_000, 10_000).map(lambda units: units / 10_000)
features = st.fixed_dictionaries(
    {
        "group": st.sampled_from(["icp", "signals", "contact"]),
        "value": st.none() | numbers,
        "weight": numbers,
        "prior": numbers,
        "contribution": numbers,
        "evidence": st.text(min_size=1, max_size=20),
        "source": st.none() | st.just("register"),
    }
)


@given(st.dictionaries(st.text(max_size=10), features, max_size=6))
def test_each_feature_is_a_contribution_and_the_largest_come_first(made_of: dict[str, Feature]) -> None:
    """Each feature is a contribution and the largest come first, whichever way they point; nothing is lost."""
    found = contributions_in(json.dumps(made_of))

    sizes = [abs(it.contribution) for it in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sorted(it.name for it in found) == sorted(made_of)
    for it in found:
        written = made_of[it.name]
        assert (it.group, it.value, it.weight) == (written["group"], written["value"], written["weight"])
        assert it.prior == written["prior"]
        assert (it.contribution, it.evidence, it.source) == (
            written["contribution"],
            written["evidence"],
            written["source"],
        )


def test_features_of_an_old_model_say_less() -> None:
    """Features of an old model say less, and no words are as good as none."""
    older = {"has_email": {"value": 1.0, "contribution": 0.2, "evidence": ""}, "has_phone": {"evidence": "+6561234567"}}

    assert contributions_in(json.dumps(older)) == [
        Contribution("has_email", None, 1.0, None, None, 0.2, None, None),
        Contribution("has_phone", None, None, None, None, 0.0, "+6561234567", None),
    ]
