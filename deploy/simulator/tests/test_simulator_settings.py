"""The simulator's settings, as they stand in the environment."""

import pytest

from simulator.main import settings_from
from simulator.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIMULATOR_PORT", "http"),
        ("SIMULATOR_PORT", "70000"),
        ("SIMULATOR_SEED", "1.5"),
        ("SIMULATOR_LATENCY_MS", "-1"),
        ("SIMULATOR_VENDOR_CREDITS", "many"),
        ("SIMULATOR_COMPANIES", "3000001"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """The message has the variable, what was given and what it may be."""
    with pytest.raises(ValueError, match=f"{name} is '{value}': it has to be a (whole )?number from 0 to"):
        settings_from({name: value})


def test_settings_have_defaults() -> None:
    """Nothing needs to be set; an empty variable is as none."""
    assert settings_from({"SIMULATOR_PORT": ""}) == Settings()
    assert settings_from({"SIMULATOR_LATENCY_MS": "2.5"}).latency_ms == 2.5
    assert settings_from({"SIMULATOR_VENDOR_CREDITS": "50"}).vendor_credits == 50
    assert settings_from({"SIMULATOR_HOST": "0.0.0.0"}).host == "0.0.0.0"


def test_a_range_has_its_end_behind_its_start() -> None:
    """A range has its end behind its start, or 0 for none."""
    ordered = {"SIMULATOR_VENDOR_LATENCY_MS": "300", "SIMULATOR_VENDOR_LATENCY_TO_MS": "2000"}
    assert settings_from(ordered).vendor_latency_to_ms == 2000
    with pytest.raises(ValueError, match="SIMULATOR_LATENCY_TO_MS is 5: it has to be 0, or at least SIMULATOR_LATENCY"):
        settings_from({"SIMULATOR_LATENCY_MS": "6", "SIMULATOR_LATENCY_TO_MS": "5"})
