"""The whole product with TLS everywhere, and for each service a login of its own at PostgreSQL and Kafka.

What a service may do is what `deploy/migrations` grants and `leadgen.kafka.acls` derives: a chat that ends with ten
leads shows that this suffices.
"""

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
import trustme
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from common.errors import Unavailable
from common.kafka.clients import running
from common.kafka_servers import SecuredServers, client_settings
from common.postgres import Database, role_of
from embedded.kafka import Kafka, Secured
from embedded.ports import LOOPBACK, free_port
from embedded.postgres import Postgres
from leadgen.chat_client import chat
from leadgen.database.migrate import migrate
from leadgen.kafka.acls import OPERATOR, acls, user_of
from leadgen.kafka.topics import create_topics, read_topics
from leadgen.load import load_generated
from leadgen.local.service import Service
from leadgen.local.stack import SERVICES
from leadgen.ssic import seed_ssic
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token
from testkit.servers.postgres_tls import tls_in_front_of
from testkit.stages import until

pytestmark = pytest.mark.whole

JWT_SECRET = "a secret of this test's own, which is long enough"
TOPIC, GROUP, LITERAL, ALLOW = 2, 3, 3, 3
OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}

HBA = f"""
host all postgres {LOOPBACK}/32 trust
host all all {LOOPBACK}/32 scram-sha-256
"""


@dataclass
class Place:
    """The servers, and how to reach them."""

    folder: Path
    postgres_port: int
    secured: Secured
    broker: Kafka
    ca: Path

    def url(self, login: str, password: str = "", ca: Path | None = None) -> str:
        secret = f":{password}" if password else ""
        tls = f"sslmode=verify-full&sslrootcert={ca or self.ca}"
        return f"postgresql://{login}{secret}@{LOOPBACK}:{self.postgres_port}/postgres?{tls}"

    def kafka(self, user: str) -> SecuredServers:
        return SecuredServers(
            self.secured.addresses, "SASL_SSL", username=user, password=password_of(user), ca_file=str(self.ca)
        )

    def environment(self, user: str, database_url: str) -> dict[str, str]:
        """The settings by which a service or the operator's command logs in."""
        return {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": self.secured.addresses,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SSL_CAFILE": str(self.ca),
            "KAFKA_SASL_USERNAME": user,
            "KAFKA_SASL_PASSWORD": password_of(user),
        }


def password_of(user: str) -> str:
    return f"secret-of-{user}"


@pytest.fixture(scope="module")
async def place(servers_folder: Path) -> AsyncIterator[Place]:
    """Both servers, with certificates of an authority of this test's own."""
    folder = servers_folder / "secured"
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "another-ca.pem"))
    issued = authority.issue_cert(LOOPBACK)
    # Java reads keys as PKCS #8 only.
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "kafka.pem").write_bytes(key_pem + b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    (folder / "pg_hba.conf").write_text(HBA)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued.configure_cert(context)
    users = {user: password_of(user) for user in (*map(user_of, SERVICES), OPERATOR)}
    secured = Secured(folder / "kafka.pem", users)
    postgres = Postgres(folder / "postgres", durable=False, settings={"hba_file": str(folder / "pg_hba.conf")})
    broker = Kafka(folder / "kafka", secured=secured)
    try:
        await asyncio.gather(asyncio.to_thread(postgres.start), asyncio.to_thread(broker.start))
        async with tls_in_front_of(postgres.port, context) as port:
            yield Place(folder, port, secured, broker, folder / "ca.pem")
    finally:
        broker.stop()
        postgres.stop()


@pytest.fixture(scope="module")
async def ready(place: Place) -> Place:
    """The servers with roles and logins, users' rights, topics, a register and a tenant."""
    owner_url = place.url("postgres")
    await migrate(owner_url)
    await seed_ssic(owner_url)
    owner = await asyncpg.connect(owner_url)
    try:
        for service in SERVICES:
            role = role_of(service)
            await owner.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password_of(role)}'")
    finally:
        await owner.close()
    await grant(place)
    made = await command(place, "topics")
    assert made.returncode == 0, made.stderr
    await load_generated(2_000, 65, owner_url, rejects=place.folder / "rejects.csv")
    await add_tenant(owner_url, 1, "Tenant 1")
    return place


async def grant(place: Place) -> None:
    """Gives each user its rights, as a superuser over the broker's own listener."""
    admin = AIOKafkaAdminClient(bootstrap_servers=place.broker.bootstrap_servers)
    await admin.start()
    try:
        for user, rights in acls(read_topics()).items():
            for right in rights:
                kind = TOPIC if right.resource == "topic" else GROUP
                for operation in right.operations:
                    answer = await admin._send_request(
                        CreateAclsRequest(kind, right.name, LITERAL, f"User:{user}", "*", OPERATIONS[operation], ALLOW)
                    )
                    assert answer.creation_responses[0][0] == 0, (user, right, answer)
    finally:
        await admin.close()


async def command(place: Place, *arguments: str, **other: str) -> "subprocess.CompletedProcess[str]":
    """Runs `leadgen` as the operator does."""
    environment = os.environ | place.environment(OPERATOR, place.url("postgres")) | other
    program = Path(sys.executable).with_name("leadgen")
    run = partial(subprocess.run, env=environment, capture_output=True, text=True, check=False)
    return await asyncio.to_thread(run, [program, *arguments])


@pytest.fixture
async def services(ready: Place) -> AsyncIterator[Mapping[str, Service]]:
    """Every service, with its own logins."""
    logs = ready.folder / "logs"
    logs.mkdir(exist_ok=True)
    own = {
        "gateway": {"GATEWAY_JWT_SECRET": JWT_SECRET},
        "odoo-sync": {"ODOO_CREDENTIALS_KEY": Fernet.generate_key().decode()},
        "enricher": {"CRAWLER_PROXY": f"http://{LOOPBACK}:{free_port()}"},  # nobody listens: no site answers
    }
    async with AsyncExitStack() as running_services:
        started = {}
        for name, program in SERVICES.items():
            role = role_of(name)
            environment = ready.environment(user_of(name), ready.url(role, password_of(role))) | own.get(name, {})
            started[name] = Service(name, program, environment, logs)
            started[name].start()
            running_services.push_async_callback(started[name].stop)
        await asyncio.gather(*(service.is_ready(within_s=300) for service in started.values()))
        yield started


async def test_a_chat_becomes_ten_leads_though_each_service_has_its_own_rights_alone(
    ready: Place, services: Mapping[str, Service]
) -> None:
    """From the gateway through Kafka and PostgreSQL to the end of the sync."""
    access = token(JWT_SECRET, 1, "rep@example.com")
    async with httpx.AsyncClient(trust_env=False) as http:
        async for _ in chat(http, services["gateway"].url, access, "Manufacturing"):
            pass
    owner = await asyncpg.connect(ready.url("postgres"))
    try:

        async def are_synced() -> bool:
            return bool(await owner.fetchval("SELECT count(*) = 10 FROM odoo_links WHERE outcome = 'no_connection'"))

        await until(are_synced, within_s=300)
        assert await owner.fetchval("SELECT count(*) FROM lead_scores") == 10
        assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead' AND tenant_id = 1") == 0
        sessions = await owner.fetch("SELECT DISTINCT usename FROM pg_stat_activity WHERE usename LIKE 'leadgen%'")
        assert {row["usename"] for row in sessions} == {role_of(service) for service in SERVICES}
    finally:
        await owner.close()


async def test_a_user_may_not_write_what_its_service_does_not_produce(ready: Place) -> None:
    """The broker refuses it, whatever the client wants."""
    async with running(AIOKafkaProducer(**client_settings(ready.kafka(user_of("scorer"))))) as producer:
        await producer.send_and_wait("lead.scored.v1", b"{}", partition=0)
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("industry.requested.v1", b"{}", partition=0)


async def test_a_wrong_password_is_refused(ready: Place) -> None:
    """The operator's command says where, and that it may be the login, in its last line."""
    refused = await command(ready, "topics", KAFKA_SASL_PASSWORD="guessed")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    last = refused.stderr.splitlines()[-1]
    assert f"Kafka does not answer at {ready.secured.addresses}: is it running there, and does it take" in last


async def test_a_login_without_its_password_is_a_line_about_the_setting(ready: Place) -> None:
    """Before anything is connected."""
    refused = await command(ready, "topics", KAFKA_SASL_PASSWORD="")
    assert refused.returncode == 2
    assert "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD" in refused.stderr


async def test_servers_of_another_authority_are_not_trusted(ready: Place) -> None:
    """Neither PostgreSQL nor Kafka gets a login or a message."""
    another = ready.folder / "another-ca.pem"
    with pytest.raises(Unavailable, match="certificate"):
        await Database.connect(ready.url("postgres", ca=another), role=role_of("scorer"))
    servers = SecuredServers(
        ready.secured.addresses, "SASL_SSL", username=OPERATOR, password=password_of(OPERATOR), ca_file=str(another)
    )
    with pytest.raises((Unavailable, KafkaError)):
        await create_topics(servers)
