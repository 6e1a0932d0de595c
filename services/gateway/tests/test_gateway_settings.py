"""Settings of tokens that do not fit together keep the gateway from starting, with a line that says which."""

import pytest

from gateway.main import main
from gateway.settings import GatewaySettings

PLACES = {"database_url": "postgresql://x", "kafka_bootstrap_servers": "x:1"}
SECRET = "s" * 32
ISSUER = {"oidc_issuer": "https://id.example", "oidc_audience": "leadgen"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "GATEWAY_JWT_SECRET"),
        ({"oidc_issuer": "https://id.example"}, "OIDC_AUDIENCE"),
        ({"oidc_issuer": "id.example", "oidc_audience": "leadgen"}, "https"),
        ({"app_env": "production", "gateway_jwt_secret": SECRET}, "OIDC_ISSUER"),
        ({"app_env": "production", **ISSUER, "oidc_jwks_url": "http://id.example/jwks"}, "https"),
        ({"app_env": "prod", "gateway_jwt_secret": SECRET}, "APP_ENV"),
        ({"gateway_jwt_secret": "short"}, "GATEWAY_JWT_SECRET"),
        ({"gateway_jwt_secret": SECRET, "oidc_clock_skew_s": "3600"}, "OIDC_CLOCK_SKEW_S"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, str], named: str, monkeypatch, capsys) -> None:
    """Exit code 2, before anything is started."""
    monkeypatch.setattr("sys.argv", ["leadgen-gateway"])
    for name in GatewaySettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**PLACES, **given}.items():
        monkeypatch.setenv(name.upper(), value)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert named in capsys.readouterr().err


@pytest.mark.parametrize(
    "given", [{"gateway_jwt_secret": SECRET}, ISSUER, {"app_env": "production", **ISSUER, "gateway_jwt_secret": SECRET}]
)
def test_one_way_in_is_enough(given: dict[str, str]) -> None:
    """Local tokens, an issuer, or both; in production the secret of local tokens is not used."""
    settings = GatewaySettings(**PLACES, **given)
    assert settings.fault() is None
    assert settings.local_token_secret == ("" if settings.app_env == "production" else settings.gateway_jwt_secret)
