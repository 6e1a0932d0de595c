"""Lines of the log: JSON with an event name, and nothing private in them, whatever an error quotes."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from common.observability import logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines so far of a configured log; the configuration before is put back."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("scorer", "INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def test_a_line_is_an_event_with_the_service_and_the_bound_ids(lines: Lines) -> None:
    """One JSON object per line, also where a text has line ends."""
    with structlog.contextvars.bound_contextvars(tenant_id=7, trace_id="ab" * 16):
        structlog.get_logger("scorer.x").warning("event_failed", error="first\nsecond", size=3, is_new=True)

    [line] = lines()
    assert line["event"] == "event_failed"
    assert (line["service"], line["level"], line["logger"]) == ("scorer", "warning", "scorer.x")
    assert (line["tenant_id"], line["trace_id"], line["size"], line["is_new"]) == (7, "ab" * 16, 3, True)
    assert line["error"] == "first\nsecond"


def test_lines_of_libraries_have_an_event_name_too(lines: Lines) -> None:
    """Their own text is a field, so that a search by event finds ours alone."""
    logging.getLogger("asyncio").error("Task was destroyed: %s", "x")

    [line] = lines()
    assert (line["event"], line["message"], line["logger"]) == ("library_message", "Task was destroyed: x", "asyncio")


@pytest.mark.parametrize(
    "private",
    [
        "mary.tan+sales@acme-foods.com.sg",
        "Mary.Tan@ACME.example",
        "mary%40acme.example",
        "o'neil@acme.example",
    ],
)
def test_no_address_reaches_a_line(lines: Lines, private: str) -> None:
    """In a text, in a list, in a mapping, in an error and its traceback, and in what is shown by its repr."""
    log = structlog.get_logger("scorer.x")
    log.info("one", text=f"before <{private}> after", many=[private], by={private: private})
    log.info("two", shown=ValueError(private))
    try:
        raise ValueError(f"input_value='{private}'")
    except ValueError:
        log.exception("three")
    logging.getLogger("asyncio").error("of %s", private)

    text = json.dumps(lines())
    assert "acme" not in text.lower()
    assert "mary" not in text.lower()
    assert lines()[0]["text"].startswith("before <")
    assert lines()[0]["text"].endswith("> after")


def test_no_password_of_an_address_reaches_a_line(lines: Lines) -> None:
    """Its host does: that helps."""
    structlog.get_logger("scorer.x").info("start_waits", error="postgresql://leadgen:s3cret%2F@db.example:5432/leadgen")

    assert lines()[0]["error"] == f"postgresql://{logs.CUT_OUT}@db.example:5432/leadgen"


def test_what_is_no_address_stays(lines: Lines) -> None:
    """Decorators, handles and addresses without a name in front."""
    text = "@stage.handles, a@b, http://acme.example/x?y=1, 3@4"
    structlog.get_logger("scorer.x").info("one", text=text)

    assert lines()[0]["text"] == text
