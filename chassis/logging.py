"""Structured logs: JSON for machines, console for people; correlation and trace ids bound per motion; no secrets.

The first thing `run` sets up. What a log line may carry is decided here once: values under a name that speaks of a
secret are masked, whatever module logs them.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import orjson
import structlog

SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "credential", "api_key", "ciphertext")
MASK = "***"


def mask_secrets(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field whose name speaks of a secret."""
    for name in line:
        if any(word in name.lower() for word in SECRET_WORDS):
            line[name] = MASK
    return line


def _as_json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def set_up_logging(service: str, style: Literal["json", "console"], level: str) -> None:
    """Send structlog and the standard library's loggers to standard error in one style."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_secrets,
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_as_json) if style == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("aiokafka", "faststream", "pymongo", "uvicorn.access", "watchfiles", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It logs each try to reach a broker that is away; `/ready` and our own lines say that once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)
