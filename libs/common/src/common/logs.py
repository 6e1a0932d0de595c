"""Structured logs: one JSON object a line, with service, trace, tenant and event ids."""

import logging
import sys
from typing import TextIO

import structlog


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Routes structlog and the standard library's loggers to one JSON stream."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _of_service(service),
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
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These tell of each message or request, or of each retry while a broker is away: our own metrics and logs do too.
    for name, quiet in {
        "faststream": "WARNING",
        "uvicorn": "WARNING",
        "httpx": "WARNING",
        "httpx2": "WARNING",
        "openai": "WARNING",
        "aiokafka": "ERROR",
        "asyncpg": "ERROR",
    }.items():
        logging.getLogger(name).setLevel(quiet)


def _of_service(service: str) -> structlog.typing.Processor:
    def add(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add
