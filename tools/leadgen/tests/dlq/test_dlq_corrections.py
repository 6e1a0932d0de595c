"""`leadgen dlq retry --edit` on the real broker and database: messages that are corrected and handled."""

import stat
from pathlib import Path
from uuid import UUID

from common.cloudevents import encode_body, encode_headers
from common.handling.stage import Stage
from common.postgres import Database
from testkit.delivery.dead_letters import HANDLED, TOPIC, Owner, a_request, faults, leadgen
from testkit.stages import at_work, ended, publish_raw


def an_editor(folder: Path, name: str, code: str) -> str:
    """An editor that changes the text by Python code, which has it as `text`."""
    script = folder / name
    script.write_text(
        "#!/usr/bin/env python3\nimport pathlib, sys\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text()\n"
        f"{code}\nfile.write_text(text)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


async def test_an_invalid_message_is_corrected_in_the_editor_and_handled(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str, tmp_path: Path
) -> None:
    """A correction that is not as the topic promises is refused, and the original is kept."""
    event, envelope = a_request("201900001K", "well")
    body = encode_body(event).replace(b'"201900001K"', b"null", 1)
    await publish_raw(kafka, [(TOPIC, event.key.encode(), body, encode_headers(event, envelope, source="test"))])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 1)
        command = ["retry", str(envelope.event_id), "--edit", "--wait", "60"]

        for code, line in (
            ("text = text.replace('\"tenant_id\": 1', '\"tenant_id\": 2')", "company.uen: "),
            (
                "text = text.replace('null', '\"201900001K\"').replace('\"tenant_id\": 1', '\"tenant_id\": 2')",
                "ce_tenantid",
            ),
            ("text = 'nonsense'", "the text is not JSON"),
            ("text = ''", "nothing was corrected"),
            ("pass", "nothing was corrected"),
            ("sys.exit(3)", "the editor failed"),
        ):
            editor = an_editor(tmp_path, "wrong", code)
            refused = await leadgen(database_url, *command, EDITOR=editor, VISUAL=editor)
            assert (refused.exit_code, line in refused.output) == (1, True), refused.output
            assert not await owner.fetchval("SELECT count(*) FROM dead_letter_actions")

        editor = an_editor(tmp_path, "right", "text = text.replace('null', '\"201900001K\"')")
        result = await leadgen(database_url, *command, EDITOR=editor, VISUAL=editor)
        assert result.exit_code == 0, result.output
        assert "1 retried: 1 done, 0 dead again, 0 still open" in result.output

    assert [tuple(row) for row in await owner.fetch(HANDLED)] == [("201900001K", "well")]
    row = await owner.fetchrow("SELECT action, value FROM dead_letter_actions")
    assert row is not None
    assert tuple(row) == ("correct", body)
    assert "one-content" not in await faults(database_url, kafka)


async def test_a_message_without_headers_is_given_them(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str, tmp_path: Path
) -> None:
    """It names no tenant until then; retried as it is, it is a dead letter again, with the same error."""
    event, _ = a_request("201900001K", "well")
    await publish_raw(kafka, [(TOPIC, None, encode_body(event), [])])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 1)
        (event_id,) = await owner.fetchrow("SELECT event_id FROM inbox") or (UUID(int=0),)
        error = await owner.fetchval("SELECT error FROM inbox")
        assert "1 dead letter\n" in (await leadgen(database_url, "list", "--tenant", "-1")).output
        assert "1 dead again" in (await leadgen(database_url, "retry", "--all", "--wait", "60")).output
        assert await owner.fetchval("SELECT error FROM inbox") == error

        headers = '"headers": {"ce_tenantid": "1", "ce_lane": "nightly"}'
        editor = an_editor(tmp_path, "right", f"text = text.replace('\"headers\": {{}}', '{headers}')")
        result = await leadgen(
            database_url, "retry", str(event_id), "--edit", "--wait", "60", EDITOR=editor, VISUAL=editor
        )
        assert "1 retried: 1 done" in result.output, result.output

    row = await owner.fetchrow("SELECT tenant_id, lane, key FROM inbox")
    assert row is not None
    assert tuple(row) == (1, "nightly", b"1:201900001K")
