"""Structured logs: one JSON object a line, with an event name, service, trace, tenant and event ids.

No line holds an e-mail address, or the password of an address: whatever an error quotes, they are cut out here. Lines
of libraries have the event `library_message`, and their text in `message`.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog

#: An e-mail address, or the name and password in front of a host; also percent-encoded.
_PRIVATE = re.compile(r"(?<=://)[^\s/@'\"]+(?=@)|[\w.!#$%&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
CUT_OUT = "[cut out]"

#: These tell of each message or request, or of each retry while a broker is away: our own metrics and logs do too.
_QUIET = {
    "faststream": "WARNING",
    "uvicorn": "WARNING",
    "httpx": "WARNING",
    "httpx2": "WARNING",
    "httpcore": "WARNING",
    "httpcore2": "WARNING",
    "openai": "WARNING",
    "aiokafka": "ERROR",
    "asyncpg": "ERROR",
}


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Routes structlog and the standard library's loggers to one JSON stream."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _of_service(service),
        _without_addresses,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_library, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def _of_service(service: str) -> structlog.typing.Processor:
    def add(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add


def _of_library(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["message"], event["event"] = event["event"], "library_message"
    return event


def _without_addresses(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: _cut(value) for name, value in event.items()}


def _cut(value: Any) -> Any:
    """Returns the value without private parts. Objects of other types are searched in the form that JSON will have."""
    if isinstance(value, str):
        return _PRIVATE.sub(CUT_OUT, value) if "@" in value or "%40" in value else value
    if isinstance(value, dict):
        return {_cut(key): _cut(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cut(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float) else _cut(repr(value))
