"""The report by e-mail, through a mail server of the test's own."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from common.postgres import Database
from embedded.ports import free_port
from nightly.main import send_report as send_report_of
from nightly.report.command import send_report
from nightly.report.mail import MailRefused, MailUnavailable, build_mail, send_mail
from nightly.report.night import STAGES, Balance, Night, TenantNight
from nightly.settings import NightlySettings, ReportSettings
from nightly.summary import Summary, TenantOutcome
from nightly.tables.shortlists import keep_shortlist
from testkit.nights.runs import NIGHT, STARTED, Run, a_run

LOOPBACK = "127.0.0.1"


class Mailbox:
    """Keeps what it is sent; `refuses` is the answer to everything."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuses = ""
        self.unknown: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 kept"


class Server:
    """A mail server of a test: its address, and its mailbox."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self.mailbox = mailbox
        self.port = port
        self.url = f"smtp://{LOOPBACK}:{port}"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without encryption and without logins."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=LOOPBACK, port=free_port())
    controller.start()
    yield Server(mailbox, controller.port)
    controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The contexts of a server for 127.0.0.1 and of a client that trusts it alone."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(STARTED - timedelta(days=3650))
        .not_valid_after(STARTED + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = folder / "both.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cafile=str(file))


@pytest.fixture
def secure_server(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Server]:
    """A server that offers STARTTLS, and then wants the password `p@ss` of `night`."""

    def check(_: SMTP, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"night", b"p@ss"), handled=False)

    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname=LOOPBACK,
        port=free_port(),
        tls_context=certificate[0],
        authenticator=check,
        auth_required=True,
        require_starttls=True,
    )
    controller.start()
    yield Server(mailbox, controller.port)
    controller.stop()


def a_night() -> Night:
    """One tenant, two leads."""
    tenant = TenantNight(1, "Acme & Söhne", "run", "done", STARTED, STARTED, 20, Balance((2,) * len(STAGES)))
    return Night(NIGHT, (tenant,))


def a_message() -> EmailMessage:
    return build_mail("leadgen@night.example", ["ann@acme.example"], "Subject", "Text", "<p>Page</p>", "page.html")


def test_the_report_is_text_with_the_page_attached(server: Server) -> None:
    """To every recipient, with the night in a sentence as its subject."""
    send_report(
        ReportSettings(
            database_url="unused",
            smtp_url=server.url,
            report_from="leadgen@night.example",
            report_to="ann@acme.example, bob@acme.example",
        ),
        a_night(),
    )

    (message,) = server.mailbox.messages
    assert server.mailbox.recipients == [["ann@acme.example", "bob@acme.example"]]
    assert message["From"] == "leadgen@night.example"
    assert (
        message["Subject"]
        == "Leadgen, night of 29 November 2026: 2 leads for 1 tenant, 0 of them High. No action is needed."
    )
    body = message.get_body(("plain",))
    assert body is not None
    assert "Acme & Söhne" in body.get_content()
    (page,) = message.iter_attachments()
    assert (page.get_filename(), page.get_content_type()) == ("leadgen-2026-11-29.html", "text/html")
    assert "Acme &amp; Söhne" in page.get_content()


def test_a_password_goes_over_an_encrypted_connection_only(
    server: Server, secure_server: Server, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """STARTTLS where it is offered, with the certificate checked; where it is not, the password stays here."""
    send_mail(f"smtp://night:p%40ss@{LOOPBACK}:{secure_server.port}", a_message(), tls=certificate[1])
    assert len(secure_server.mailbox.messages) == 1

    with pytest.raises(MailRefused, match="offers no encryption"):
        send_mail(f"smtp://night:p%40ss@{LOOPBACK}:{server.port}", a_message())
    assert server.mailbox.messages == []
    with pytest.raises(MailUnavailable, match="certificate"):
        send_mail(f"smtp://night:p%40ss@{LOOPBACK}:{secure_server.port}", a_message())


def test_a_refusal_is_distinguished_from_a_server_that_is_away(
    server: Server, secure_server: Server, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """A wrong password or a refused message is for a person; the rest may work later."""
    with pytest.raises(MailRefused, match="535"):
        send_mail(f"smtp://night:wrong@{LOOPBACK}:{secure_server.port}", a_message(), tls=certificate[1])
    server.mailbox.refuses = "554 no such thing here"
    with pytest.raises(MailRefused, match="554"):
        send_mail(server.url, a_message())
    server.mailbox.refuses = "451 come back later"
    with pytest.raises(MailUnavailable, match="451"):
        send_mail(server.url, a_message())
    with pytest.raises(MailUnavailable, match="does not answer"):
        send_mail(f"smtp://{LOOPBACK}:{free_port()}", a_message())
    for wrong in ("", "mail.example", "http://mail.example", "smtp://", "smtp://mail.example:5x", "smtp://a..b"):
        with pytest.raises(MailRefused, match="SMTP_URL"):
            send_mail(wrong, a_message())


def test_who_is_refused_is_said(server: Server) -> None:
    """The others get the report."""
    server.mailbox.unknown = {"bob@acme.example"}
    message = build_mail("l@night.example", ["ann@acme.example", "bob@acme.example"], "S", "T", "<p>", "p.html")

    assert send_mail(server.url, message) == ["bob@acme.example: 550 no such mailbox"]
    assert server.mailbox.recipients == [["ann@acme.example"]]


@pytest.mark.parametrize(
    ("sender", "recipients", "line"),
    [
        ("l@night.example", ["ann@acme.example\nBcc: eve@evil.example"], "^REPORT_TO .* is not an e-mail address"),
        ("l@night.example", ["ann <"], "^REPORT_TO .* is not an e-mail address"),
        ("l@night\r.example", ["ann@acme.example"], "^REPORT_FROM .* is not an e-mail address"),
    ],
)
def test_an_address_that_is_none_gets_one_clear_line(sender: str, recipients: list[str], line: str) -> None:
    """It names the setting, and is an error of ours."""
    with pytest.raises(MailRefused, match=line) as refused:
        build_mail(sender, recipients, "Subject", "Text", "<p>", "page.html")
    assert "\n" not in str(refused.value)


async def test_a_night_sends_its_report_and_one_that_cannot_be_sent_changes_nothing(
    server: Server, database: Database, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """With the shortlist in the attached page; a mail server that is away is a line in the log.

    A night is reported once: again only if a later start has run another tenant.
    """
    run = await a_run(owner, 1)
    await run.company(1, reached="scored", state="syncing", score=0.9, name="ACME")
    async with database.transaction(1) as tx:
        await keep_shortlist(tx, run.run_id)

    def settings(url: str) -> NightlySettings:
        return NightlySettings(
            database_url="unused", kafka_bootstrap_servers="unused", smtp_url=url, report_to="ann@acme.example"
        )

    found = a_summary(run)
    with capture_logs() as logged:
        await send_report_of(database, settings(f"smtp://{LOOPBACK}:{free_port()}"), found)
        await send_report_of(database, settings(server.url), found)

    (message,) = server.mailbox.messages
    (page,) = message.iter_attachments()
    assert "ACME" in page.get_content()
    assert [it["event"] for it in logged] == ["report_not_sent"]

    await send_report_of(database, settings(server.url), found)
    assert len(server.mailbox.messages) == 1
    other = await a_run(owner, 2)
    await send_report_of(database, settings(server.url), a_summary(run, other))
    await send_report_of(database, settings(server.url), a_summary(run, other))
    assert len(server.mailbox.messages) == 2


def a_summary(*ran: Run) -> Summary:
    """Sums up a start that has waited for these runs."""
    outcomes = (TenantOutcome(it.tenant_id, "Acme", run_id=str(it.run_id), status="done") for it in ran)
    return Summary(NIGHT, tuple(outcomes), (), 1.0)
