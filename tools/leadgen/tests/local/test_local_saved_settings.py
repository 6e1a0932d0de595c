"""Ports and secrets of a product on this machine stay the same from one start to the next."""

import socket
import stat
from pathlib import Path

import pytest

from embedded.ports import LOOPBACK
from leadgen.local.saved_settings import FILE, SavedSettingsUnreadable, read_saved_settings, write_saved_settings


def test_what_was_saved_is_read_again_by_its_owner_alone(tmp_path: Path) -> None:
    first = read_saved_settings(tmp_path)
    write_saved_settings(tmp_path, first)
    assert read_saved_settings(tmp_path) == first
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [it.name for it in tmp_path.iterdir()] == [FILE]


def test_nothing_is_kept_before_it_is_saved(tmp_path: Path) -> None:
    assert read_saved_settings(tmp_path).jwt_secret != read_saved_settings(tmp_path).jwt_secret


def test_a_port_that_is_taken_by_now_is_replaced(tmp_path: Path) -> None:
    """The rest stays."""
    first = read_saved_settings(tmp_path)
    write_saved_settings(tmp_path, first)
    with socket.create_server((LOOPBACK, first.gateway_port)):
        second = read_saved_settings(tmp_path)
    assert second.gateway_port != first.gateway_port
    assert (second.kafka_port, second.credentials_key) == (first.kafka_port, first.credentials_key)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"postgres_port": "x"}'])
def test_a_damaged_file_is_named_and_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(SavedSettingsUnreadable, match=r"local\.json is damaged"):
        read_saved_settings(tmp_path)
    assert (tmp_path / FILE).read_text() == content
