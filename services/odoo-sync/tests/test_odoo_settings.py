"""odoo-sync's settings, as they stand in the environment."""

import pytest
from cryptography.fernet import Fernet

from common.settings import read
from odoo_sync.settings import OdooSyncSettings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings that are always required."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/leadgen")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    return monkeypatch


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_credentials_key_there_are_no_credentials(environment: pytest.MonkeyPatch, key: str | None) -> None:
    """Unset and empty are the same: tenants without a connection need none."""
    if key is not None:
        environment.setenv("ODOO_CREDENTIALS_KEY", key)

    assert read(OdooSyncSettings).credentials is None


def test_the_credentials_key_opens_what_it_closed_and_is_not_shown(environment: pytest.MonkeyPatch) -> None:
    """The key does not show in the settings' text."""
    key = Fernet.generate_key()
    environment.setenv("ODOO_CREDENTIALS_KEY", key.decode())

    settings = read(OdooSyncSettings)

    assert settings.credentials is not None
    assert settings.credentials.decrypt(Fernet(key).encrypt(b"secret")) == b"secret"
    assert key.decode() not in repr(settings)


def test_a_key_that_is_none_is_refused_without_showing_it(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The setting is named, and what it should be."""
    environment.setenv("ODOO_CREDENTIALS_KEY", "hunter2")

    with pytest.raises(SystemExit):
        read(OdooSyncSettings)

    said = capsys.readouterr().err
    assert "ODOO_CREDENTIALS_KEY" in said
    assert "32 bytes" in said
    assert "hunter2" not in said


def test_several_keys_open_what_any_of_them_closed(environment: pytest.MonkeyPatch) -> None:
    """The first one encrypts: so keys are rotated while the service runs."""
    new, old = Fernet.generate_key(), Fernet.generate_key()
    environment.setenv("ODOO_CREDENTIALS_KEY", f"{new.decode()}, {old.decode()}")

    credentials = read(OdooSyncSettings).credentials

    assert credentials is not None
    assert credentials.decrypt(Fernet(old).encrypt(b"secret")) == b"secret"
    assert Fernet(new).decrypt(credentials.encrypt(b"secret")) == b"secret"
