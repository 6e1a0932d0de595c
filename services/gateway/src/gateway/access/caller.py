"""The sender of a request: the identity that its credential proves, its tenant, and its role there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "sdr", "admin", "ops"]
Source = Literal["local token", "oidc token", "api key"]

ROLES: tuple[Role, ...] = get_args(Role)

#: The roles whose rights each role has. `admin` manages its own tenant. `ops` operates Leadgen for all tenants, and is
#: no tenant's admin: users, keys and secrets of a tenant are the tenant's own.
INCLUDES: Mapping[Role, frozenset[Role]] = {
    "viewer": frozenset({"viewer"}),
    "sdr": frozenset({"viewer", "sdr"}),
    "admin": frozenset({"viewer", "sdr", "admin"}),
    "ops": frozenset({"viewer", "sdr", "ops"}),
}

#: The name that `sdr` had in older tokens.
OLD_NAMES: Mapping[str, Role] = {"rep": "sdr"}

MAX_SUBJECT = 255
#: Subjects of API keys begin with this, and no user's may.
KEY_PREFIX = "key:"


@dataclass(frozen=True, slots=True)
class Identity:
    """Claims of a valid credential. `tenant_id` and `role` are `None` where it does not name them.

    `is_member`: the credential itself proves the membership, so that no row of `tenant_users` is needed.
    """

    subject: str
    tenant_id: int | None
    role: Role | None
    until: float  # Unix time
    source: Source
    is_member: bool = True


@dataclass(frozen=True, slots=True)
class Caller:
    """A subject that acts for a tenant in a role."""

    subject: str
    tenant_id: int
    role: Role
    source: Source

    def has(self, role: Role) -> bool:
        """Returns whether the caller has the rights of this role."""
        return role in INCLUDES[self.role]


def role_named(name: object) -> Role | None:
    """Finds a role by its name, also by an old name; `None` if there is none."""
    if not isinstance(name, str):
        return None
    return next((role for role in ROLES if role == name), OLD_NAMES.get(name))


def is_subject(text: object) -> bool:
    """Returns whether the text can name a user: printable, so storable in PostgreSQL, and not the name of a key."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= MAX_SUBJECT
        and text.isprintable()
        and not text.startswith(KEY_PREFIX)
    )


def tenant_in(text: str) -> int | None:
    """Reads a tenant number in ASCII digits; `None` if the text is no valid one."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,9}", text) and is_tenant_id(int(text)) else None


def is_tenant_id(number: object) -> bool:
    """Returns whether the value is a valid tenant number."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31
