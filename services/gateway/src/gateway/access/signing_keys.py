"""Public keys of the OIDC issuer (JWKS, RFC 7517), fetched over HTTP and kept in memory.

- Known keys go on working while the issuer is down, for `KEEP_S` at most.
- An unknown key id fetches the keys again: the issuer may have rotated them. But there is at most one fetch in
  `RETRY_S`, whatever tokens come.
- Only public keys for signatures with asymmetric algorithms are taken, RSA from 2,048 bits on.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence

import httpx2
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gateway.http.problems import Problem

log = structlog.get_logger(__name__)

RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
ALGORITHMS = (*RSA, *CURVES.values(), "EdDSA")

#: Seconds after which the keys are fetched again, beside the requests that use them.
FRESH_S = 300.0
#: Seconds between two fetches, and between a failed fetch and the next one.
RETRY_S = 10.0
#: Seconds for which keys are used without an answer from the issuer.
KEEP_S = 24 * 3600.0
TIMEOUT_S = 5.0
MAX_BYTES = 512 * 1024
MIN_RSA_BITS = 2048

#: By key id and algorithm. Keys without an id may be several.
Keys = Mapping[tuple[str | None, str], Sequence[jwt.PyJWK]]


class IssuerFault(Exception):
    """The issuer does not answer, or its answer violates OIDC."""


class SigningKeys:
    """The issuer's keys. `jwks_url` is found by OIDC discovery if it is empty."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx2.AsyncClient(follow_redirects=False, timeout=TIMEOUT_S)
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._changed: list[Callable[[], None]] = []
        self._clock = clock
        self._keys: Keys = {}
        self._texts: object = None
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetch: asyncio.Task[None] | None = None

    def when_changed(self, callback: Callable[[], None]) -> None:
        """Calls `callback` each time that the issuer's keys have changed."""
        self._changed.append(callback)

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """Finds a key; without an id, the only one of the algorithm. `None` if the issuer has no such key.

        Raises Problem 503 if the key is unknown and the issuer does not answer.
        """
        self.refresh()
        found = self._find(key_id, algorithm)
        if found is None:
            self._start_fetch()
            if self._fetch is not None:
                await asyncio.shield(self._fetch)
            found = self._find(key_id, algorithm)
        if found is None and (self._fetched_at is None or self._fetched_at != self._tried_at):
            raise Problem(
                503,
                "Identity provider not available",
                f"{self._issuer} does not answer, so its key for this token is unknown. Nothing was done; try again.",
                retry_after_s=int(RETRY_S),
            )
        return found

    def refresh(self) -> None:
        """Fetches the keys in the background if they are old, and drops those that are too old."""
        age_s = None if self._fetched_at is None else self._clock() - self._fetched_at
        if age_s is not None and age_s > KEEP_S and self._keys:
            self._take({}, None)
        if age_s is None or age_s > FRESH_S:
            self._start_fetch()

    async def close(self) -> None:
        """Ends a fetch in progress, and the connections."""
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.gather(self._fetch, return_exceptions=True)
        await self._http.aclose()

    def _find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        if key_id is not None:
            return next(iter(self._keys.get((key_id, algorithm), ())), None)
        fitting = [key for (_, its), keys in self._keys.items() if its == algorithm for key in keys]
        return fitting[0] if len(fitting) == 1 else None

    def _start_fetch(self) -> None:
        """Starts a fetch, unless one is in progress or began less than `RETRY_S` ago."""
        if self._fetch is None and (self._tried_at is None or self._clock() - self._tried_at >= RETRY_S):
            self._tried_at = self._clock()
            self._fetch = asyncio.create_task(self._fetch_keys(self._tried_at), name="signing keys")

    async def _fetch_keys(self, began: float) -> None:
        try:
            document = await self._document()
            self._take(keys_in(document), document)
            self._fetched_at = began
        except (IssuerFault, TimeoutError) as error:
            log.warning("signing_keys_not_fetched", issuer=self._issuer, error=repr(error), keys=len(self._keys))
        finally:
            self._fetch = None

    async def _document(self) -> object:
        async with asyncio.timeout(TIMEOUT_S):
            if not self._jwks_url:
                self._jwks_url = await self._discover()
            return await self._get(self._jwks_url)

    async def _discover(self) -> str:
        """Finds the address of the keys, https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig."""
        about = await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(about, dict) or about.get("issuer") != self._issuer:
            raise IssuerFault(f"its configuration is that of another issuer than {self._issuer}")
        url = about.get("jwks_uri")
        if not isinstance(url, str) or not url.startswith("https://" if self._issuer.startswith("https:") else "http"):
            raise IssuerFault(f"its jwks_uri is {url!r}")
        return url

    async def _get(self, url: str) -> object:
        body = bytearray()
        try:
            async with self._http.stream("GET", url, headers={"Accept": "application/json"}) as answer:
                if answer.status_code != 200:
                    raise IssuerFault(f"{url} answers {answer.status_code}")
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise IssuerFault(f"{url} answers with more than {MAX_BYTES} bytes")
            return json.loads(body)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            raise IssuerFault(f"{url}: {error!r}") from error

    def _take(self, keys: Keys, document: object) -> None:
        """Replaces all keys, so that keys that the issuer has withdrawn are no longer used."""
        self._keys = keys
        if document != self._texts:
            self._texts = document
            for callback in self._changed:
                callback()


def keys_in(document: object) -> Keys:
    """Reads a JWKS. Unusable keys are left out. Raises IssuerFault if the text is no JWKS."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise IssuerFault("its keys are not a JWKS")
    found: dict[tuple[str | None, str], list[jwt.PyJWK]] = {}
    for jwk in listed:
        if not isinstance(jwk, dict) or not _is_for_signatures(jwk):
            continue
        key_id = jwk.get("kid")
        for algorithm in _algorithms_of(jwk):
            try:
                key = jwt.PyJWK(jwk, algorithm=algorithm)
            except (jwt.PyJWTError, ValueError, TypeError) as error:
                log.warning("signing_key_not_usable", key_id=str(key_id), error=repr(error))
                break
            if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= MIN_RSA_BITS:
                if isinstance(key_id, str):
                    found[key_id, algorithm] = [key]
                else:
                    found.setdefault((None, algorithm), []).append(key)
    return found


def _is_for_signatures(jwk: Mapping[str, object]) -> bool:
    uses = jwk.get("key_ops")
    return jwk.get("use", "sig") == "sig" and "d" not in jwk and (not isinstance(uses, list) or "verify" in uses)


def _algorithms_of(jwk: Mapping[str, object]) -> tuple[str, ...]:
    """Lists the algorithms that a key may be used with: its own, or all of its kind."""
    kind, curve, own = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    if kind == "RSA":
        fitting: tuple[str, ...] = RSA
    elif kind == "EC":
        fitting = (CURVES[curve],) if isinstance(curve, str) and curve in CURVES else ()
    else:
        fitting = ("EdDSA",) if kind == "OKP" and curve == "Ed25519" else ()
    return tuple(it for it in fitting if own is None or it == own)
