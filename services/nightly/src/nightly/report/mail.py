"""Sends the report by e-mail: the figures as text, and the page with everything as an attachment."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from common.errors import Permanent, Unavailable

TIMEOUT_S = 30.0
NO_ADDRESS = "SMTP_URL is not an address such as smtp://user:password@mail.example:587"


class MailRefused(Permanent):
    """An address is invalid, or the server refuses the login, the sender or every recipient."""


class MailUnavailable(Unavailable):
    """The server does not answer, or asks to try again later."""


def build_mail(sender: str, recipients: Sequence[str], subject: str, text: str, page: str, file: str) -> EmailMessage:
    """Builds the message. Mail clients drop inline pictures of an HTML body, so the page is attached.

    Raises MailRefused for an address that cannot stand in a header.
    """
    message = EmailMessage()
    message["Subject"] = subject
    for setting, header, addresses in (("REPORT_FROM", "From", sender), ("REPORT_TO", "To", ", ".join(recipients))):
        try:
            message[header] = addresses
        except (ValueError, IndexError) as error:  # an address that is cut off is an IndexError
            raise MailRefused(f"{setting} {addresses!r} is not an e-mail address: {error}") from error
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="leadgen.invalid")
    message.set_content(text + f"\nThe whole report with the shortlists is attached: {file}\n")
    message.add_attachment(page, subtype="html", filename=file)
    return message


def send_mail(url: str, message: EmailMessage, *, tls: ssl.SSLContext | None = None) -> list[str]:
    """Sends the message over `smtp://[user:password@]host[:port]` or `smtps://`; blocks until it is accepted.

    On smtp:// the connection is encrypted if the server offers it; a password is never sent without that.
    Returns the recipients that the server refused, with its answers, when it took the message for others.
    Raises MailRefused, MailUnavailable. A repeat sends a second message.
    """
    parts, port = _parsed(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailRefused(NO_ADDRESS)
    tls = tls or ssl.create_default_context()
    try:
        with _connected(parts.scheme == "smtps", parts.hostname, port, tls) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=tls)
            elif parts.scheme == "smtp" and parts.username:
                raise MailRefused(f"{parts.hostname} offers no encryption: the password was not sent. Use smtps://")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            refused = server.send_message(message)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused) as error:
        raise MailRefused(f"the mail server {parts.hostname} refuses: {error}") from error
    except smtplib.SMTPResponseException as error:
        kind = MailUnavailable if 400 <= error.smtp_code < 500 else MailRefused
        raise kind(f"the mail server {parts.hostname} answers {error.smtp_code} {error.smtp_error!r}") from error
    except UnicodeError as error:
        raise MailRefused(f"{NO_ADDRESS}: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"the mail server {parts.hostname} does not answer as it should: {error}") from error
    return [f"{to}: {code} {said.decode(errors='replace')}" for to, (code, said) in refused.items()]


def _parsed(url: str) -> tuple[SplitResult, int | None]:
    """Splits the URL, and reads its port. Raises MailRefused."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:  # its text would show a part of a password that holds a slash
        raise MailRefused(f"{NO_ADDRESS}; in a password / is %2F") from None


def _connected(encrypted: bool, host: str, port: int | None, tls: ssl.SSLContext) -> smtplib.SMTP:
    if encrypted:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=tls)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_S)
    server.ehlo()
    return server
