"""API keys as text, `leadgen_<tenant>_<id>_<secret>`, and the digest that is stored instead of them.

Tenant and id find the key's row; they are not secret. The secret has 256 random bits. So the digest is a plain SHA-256:
a slow hash is for passwords, which can be guessed, and nobody can try out 2^256 secrets.
"""

import hmac
import re
import secrets
from hashlib import sha256
from typing import NamedTuple, Self

FORM = re.compile(r"leadgen_([1-9][0-9]{0,9})_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
MAX_TENANT = 2**31 - 1


class ApiKey(NamedTuple):
    """An API key. `str(key)` is what a client sends in the header `x-api-key`."""

    tenant_id: int
    key_id: str
    secret: str

    @classmethod
    def create(cls, tenant_id: int) -> Self:
        """Creates a random key for the tenant."""
        return cls(tenant_id, secrets.token_hex(6), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parses a key; `None` if the text does not have the form of one."""
        found = FORM.fullmatch(text)
        if found is None or int(found[1]) > MAX_TENANT:
            return None
        return cls(int(found[1]), found[2], found[3])

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the whole key, as it is stored."""
        return sha256(str(self).encode()).digest()

    def matches(self, digest: bytes) -> bool:
        """Compares the key with a stored digest, in constant time."""
        return hmac.compare_digest(self.digest, digest)

    def __str__(self) -> str:
        return f"leadgen_{self.tenant_id}_{self.key_id}_{self.secret}"

    def __repr__(self) -> str:
        """Leaves the secret out: a key may come into a log by mistake."""
        return f"ApiKey({self.tenant_id}, {self.key_id!r}, ...)"
