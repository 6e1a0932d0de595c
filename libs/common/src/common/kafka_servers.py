"""Kafka's addresses and the login of its clients: in plain text, or by TLS with or without SASL/SCRAM."""

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from common.errors import Permanent

if TYPE_CHECKING:
    from faststream.security import BaseSecurity

Protocol: TypeAlias = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism: TypeAlias = Literal["SCRAM-SHA-256", "SCRAM-SHA-512"]


class CertificatesUnreadable(Permanent):
    """The file of KAFKA_SSL_CAFILE is missing or contains no certificates."""


@dataclass(frozen=True)
class SecuredServers:
    """Kafka's addresses, separated by commas, and the login. As a string: the addresses only."""

    addresses: str
    protocol: Protocol
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    def __str__(self) -> str:
        return self.addresses

    @property
    def context(self) -> ssl.SSLContext | None:
        """Builds a TLS context that checks the broker's certificate and name. Raises CertificatesUnreadable."""
        if not self.protocol.endswith("SSL"):
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as error:
            raise CertificatesUnreadable(f"KAFKA_SSL_CAFILE {self.ca_file!r} cannot be read: {error}") from error


#: Addresses alone are those of a broker that is spoken to in plain text.
Servers: TypeAlias = str | SecuredServers


def client_settings(servers: Servers) -> dict[str, Any]:
    """Returns the arguments of aiokafka's clients. Raises CertificatesUnreadable."""
    if isinstance(servers, str):
        return {"bootstrap_servers": servers}
    settings = {
        "bootstrap_servers": servers.addresses,
        "security_protocol": servers.protocol,
        "ssl_context": servers.context,
    }
    if servers.protocol.startswith("SASL"):
        settings |= {
            "sasl_mechanism": servers.mechanism,
            "sasl_plain_username": servers.username,
            "sasl_plain_password": servers.password,
        }
    return settings


def broker_security(servers: Servers) -> "BaseSecurity | None":
    """Returns the login in the form of FastStream's broker. Raises CertificatesUnreadable."""
    if isinstance(servers, str) or servers.protocol == "PLAINTEXT":
        return None
    from faststream.security import BaseSecurity, SASLScram256, SASLScram512  # the operator's commands need none

    context = servers.context
    if not servers.protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=True)
    scram = SASLScram512 if servers.mechanism == "SCRAM-SHA-512" else SASLScram256
    return scram(servers.username, servers.password, ssl_context=context, use_ssl=context is not None)
