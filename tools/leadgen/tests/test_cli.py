"""`leadgen` as an operator meets it when something is wrong: a sentence that says what, and an exit code."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import asyncpg
import jwt
import pytest
from typer.testing import CliRunner, Result

from leadgen.cli import app

AWAY_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"
AWAY = "127.0.0.1:1"
SECRET = "a secret of thirty-two characters"
ENVIRONMENT = (
    "DATABASE_URL",
    "KAFKA_BOOTSTRAP_SERVERS",
    "DEFAULT_TENANT_ID",
    "GATEWAY_JWT_SECRET",
    "LEADGEN_GATEWAY",
    "LEADGEN_TOKEN",
    "ODOO_API_KEY",
    "ODOO_CREDENTIALS_KEY",
)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's environment takes part."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments], env=env)


def words(text: str) -> str:
    """Without the frame that Typer draws, and where it breaks lines."""
    return " ".join(text.replace("│", " ").split())


ADD = ("tenant", "add", "--tenant", "1", "--name", "Acme")
CONNECT = ("odoo", "connect", "--tenant", "1", "--url", "https://o.example", "--database", "o", "--api-key", "k")
CHAT = ("chat", "Manufacturing", "--token", "x")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("migrate",), 2, "DATABASE_URL"),
        (("migrate", "--database-url", AWAY_DATABASE), 1, "PostgreSQL"),
        (("migrate", "--database-url", "nonsense"), 1, "database URL"),
        (("topics",), 2, "KAFKA_BOOTSTRAP_SERVERS"),
        (("topics", "--kafka", AWAY), 1, f"Kafka does not answer at {AWAY}: is it running there?"),
        (("topics", "--kafka", f"http://{AWAY}"), 1, "without http://"),
        (("topics", "--kafka", "nonsense:port"), 1, "Kafka"),
        (ADD, 2, "DATABASE_URL"),
        ((*ADD, "--database-url", AWAY_DATABASE), 1, "PostgreSQL does not answer"),
        ((*ADD, "--database-url", "nonsense"), 1, "database URL"),
        ((*ADD, "--tenant", "0", "--database-url", AWAY_DATABASE), 2, "greater than or equal to 1"),
        ((*ADD, "--tenant", "x", "--database-url", AWAY_DATABASE), 2, "valid integer"),
        ((*ADD, "--tenant", str(2**31), "--database-url", AWAY_DATABASE), 2, "less than or equal to 2147483647"),
        (("tenant", "add", "--tenant", "1", "--database-url", AWAY_DATABASE), 2, "Missing option '--name'"),
        (CONNECT, 2, "DATABASE_URL"),
        ((*CONNECT, "--database-url", AWAY_DATABASE), 2, "ODOO_CREDENTIALS_KEY"),
        ((*CONNECT, "--database-url", AWAY_DATABASE, "--credentials-key", "short"), 1, "not a Fernet key"),
        (("token", "--tenant", "1"), 2, "GATEWAY_JWT_SECRET"),
        (("token", "--secret", SECRET), 2, "DEFAULT_TENANT_ID"),
        (("token", "--tenant", "-1", "--secret", SECRET), 2, "greater than or equal to 1"),
        (("token", "--tenant", "1", "--secret", SECRET, "--hours", "0"), 2, "--hours"),
        (("token", "--tenant", "1", "--secret", SECRET, "--hours", "1e12"), 2, "--hours"),
        (("token", "--tenant", "1", "--secret", "short"), 2, "32 characters"),
        (("chat", "Manufacturing", "--token", "x"), 2, "LEADGEN_GATEWAY"),
        (("chat", "Manufacturing", "--gateway", f"http://{AWAY}"), 2, "LEADGEN_TOKEN"),
        ((*CHAT, "--gateway", f"http://{AWAY}"), 1, f"the gateway at http://{AWAY} does not answer"),
        ((*CHAT, "--gateway", "nonsense"), 1, "nonsense"),
        ((*CHAT, "--gateway", "http://[nonsense"), 1, "nonsense"),
        ((*CHAT, "--gateway", "http://a:b"), 1, "http://a:b is not the URL"),
        ((*CHAT, "--token", "é", "--gateway", f"http://{AWAY}"), 1, "the message or the token"),
        (("load", "nowhere.csv", "--database-url", AWAY_DATABASE), 2, "nowhere.csv: does not exist"),
        (("demo", "--rows", "5"), 2, "greater than or equal to 100"),
        (("demo", "--out", "/nowhere/at/all.json"), 2, "there is no folder /nowhere/at"),
        (("up", "--tenant", "0"), 2, "greater than or equal to 1"),
        (("dance",), 2, "No such command 'dance'"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    """On standard error, with 2 for a wrong command line and 1 for a part that does not play along."""
    result = run(*arguments)
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == code
    assert sentence in words(result.stderr)
    assert "Traceback" not in result.stderr
    assert words(result.stdout) in ("", "rep> Manufacturing")


@pytest.mark.parametrize("arguments", [(), ("tenant",), ("odoo",)], ids=["leadgen", "tenant", "odoo"])
def test_a_command_without_words_lists_what_there_is(arguments: tuple[str, ...]) -> None:
    """A command without words lists what there is, and is no success."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output
    assert "Commands" in result.output


def test_a_token_names_tenant_and_user_and_ends() -> None:
    """A token names tenant and user and ends, as the gateway reads it."""
    result = run(
        "token", "--tenant", "3", "--user", "ann@example.com", "--hours", "2", env={"GATEWAY_JWT_SECRET": SECRET}
    )
    claims = jwt.decode(result.stdout.strip(), SECRET, algorithms=["HS256"])
    assert (claims["tenant_id"], claims["sub"]) == (3, "ann@example.com")
    left = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
    assert len(result.stdout.splitlines()) == 1
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    assert claims["role"] == "sdr"


def test_a_token_names_the_role_that_is_asked_for() -> None:
    """`ops`, for instance; other roles are refused."""
    result = run("token", "--tenant", "3", "--role", "ops", env={"GATEWAY_JWT_SECRET": SECRET})
    assert jwt.decode(result.stdout.strip(), SECRET, algorithms=["HS256"])["role"] == "ops"
    assert run("token", "--tenant", "3", "--role", "king", env={"GATEWAY_JWT_SECRET": SECRET}).exit_code == 2


async def test_a_tenant_is_added_renamed_and_switched_on_again(
    database_url: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """One command for all three, which may be repeated."""
    for name in ("Acme", "Acme Pte. Ltd.", "Acme Pte. Ltd."):
        result = await asyncio.to_thread(
            run, "tenant", "add", "--tenant", "7", "--name", name, "--database-url", database_url
        )
        assert result.exit_code == 0, result.output
        await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 7 AND name = 'Acme'")
    row = await owner.fetchrow("SELECT name, active FROM tenants WHERE tenant_id = 7")
    assert row is not None
    assert tuple(row) == ("Acme Pte. Ltd.", True)


async def test_a_database_that_is_not_migrated_is_named(postgres_server: str) -> None:
    """With the command that mends it."""
    result = await asyncio.to_thread(run, *ADD, "--database-url", postgres_server)
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "leadgen migrate" in words(result.stderr)


class _Proxy(BaseHTTPRequestHandler):
    """A proxy in front of a gateway that is away: its answer is not the gateway's."""

    def do_POST(self) -> None:  # the name that http.server calls
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(502)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><h1>502 Bad Gateway</h1></html>")

    def log_message(self, *_: object) -> None:
        """Not on our terminal."""


def test_an_answer_that_is_not_the_gateways_is_said_to_be() -> None:
    """A proxy's error page is not taken for a problem document."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Proxy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        result = run(*CHAT, "--gateway", url)
        server.shutdown()
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert f"the gateway at {url} answers 502" in words(result.stderr)


@pytest.mark.servers
def test_a_machine_without_java_is_shown_what_to_install(tmp_path: Path) -> None:
    """In one line; PostgreSQL, which was starting meanwhile, is stopped, and nothing is left."""
    environment = {name: value for name, value in os.environ.items() if name not in (*ENVIRONMENT, "JAVA_HOME")}
    ended = subprocess.run(
        [Path(sys.executable).with_name("leadgen"), "demo", "--once", "--out", tmp_path / "out.json"],
        env={**environment, "PATH": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr == "missing Java 17 or newer: install it, e.g. apt-get install openjdk-17-jre-headless\n"
    assert list(tmp_path.iterdir()) == []
