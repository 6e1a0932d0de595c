"""A small OIDC issuer over real HTTP: discovery, a JWKS whose keys can be rotated, and tokens signed with them."""

import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

AUDIENCE = "leadgen"


class Issuer:
    """Serves on a free port of loopback from `start` to `stop`, and on the same port again after a new `start`."""

    def __init__(self) -> None:
        self.private: dict[str, EllipticCurvePrivateKey] = {}
        self.others: list[Mapping[str, object]] = []  # of the JWKS, besides the keys above
        self.fetches = 0
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self.rotate("first")

    def start(self) -> None:
        """Begins to answer."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Ceases to answer: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """The claim `iss`, under which the configuration is served."""
        return f"http://127.0.0.1:{self._port}"

    def rotate(self, key_id: str, *, keep: bool = False) -> None:
        """Signs with a new key from now on. The older keys are withdrawn, unless they are kept."""
        self.private = {**(self.private if keep else {}), key_id: generate_private_key(SECP256R1())}

    def jwks(self) -> dict[str, object]:
        """Lists the public keys."""
        keys = [
            {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig", "alg": "ES256"}
            for key_id, key in self.private.items()
        ]
        return {"keys": [*keys, *self.others]}

    def claims(self, subject: str = "ann", **other: Any) -> dict[str, Any]:
        """The claims of a good token; those given as None are left out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "nbf": now, "exp": now + 600, **other}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, subject: str = "ann", **other: Any) -> str:
        """Signs a token with the newest key."""
        key_id = list(self.private)[-1]
        return jwt.encode(
            self.claims(subject, **other), self.private[key_id], algorithm="ES256", headers={"kid": key_id}
        )


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            documents: dict[str, object] = {
                "/.well-known/openid-configuration": {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks"},
                "/jwks": issuer.jwks(),
            }
            issuer.fetches += self.path == "/jwks"
            body = json.dumps(documents.get(self.path)).encode()
            self.send_response(200 if self.path in documents else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 # the name in the standard library
            """Says nothing on standard error."""

    return Handler
