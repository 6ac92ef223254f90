"""Logs through an allow-list: opaque refs, counts, timings. A key not listed here is dropped, whoever wrote it."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "method", "route", "status", "ms", "bytes", "claims", "refused", "lines", "ref",
        "model", "model_version", "tables", "findings", "unchecked", "fault", "where", "logger", "decisions",
        "last_event", "host", "port", "workers", "degraded", "reason", "rules", "faults",
    }
)  # fmt: skip
LONGEST_VALUE = 120
OWN_LOGGERS = ("uvicorn", "uvicorn.error")  # their messages hold addresses and process ids, no request

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the allowed keys with short plain values; everything else may hold a patient's data.

    >>> only_allowed(None, "", {"event": "assessed", "claims": 2, "patient": "ZZTEST"})
    {'event': 'assessed', 'claims': 2}
    """
    kept: dict[str, Any] = {}
    for key, value in event.items():
        if key in ALLOWED and (value is None or isinstance(value, str | int | float | bool)):
            kept[key] = value[:LONGEST_VALUE] if isinstance(value, str) else value
    return kept


class _Stderr:
    """Writes finished lines to standard error, whatever that is at the time."""

    least = LEVELS["info"]

    def _write(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    debug = info = warning = error = _write


def _serious_enough(_: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if LEVELS[level] < _Stderr.least:
        raise structlog.DropEvent
    return event


# Its processors are its own, so that no other configuration, or none, can take the allow-list away.
log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    _Stderr(),
    processors=[
        _serious_enough,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_allowed,
        structlog.processors.JSONRenderer(),
    ],
    wrapper_class=structlog.BoundLogger,
)


class _Quiet(logging.Formatter):
    """What libraries log: the server's own words, of others only that they spoke. Tracebacks never."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage() if record.name in OWN_LOGGERS else "a library logged something"
        event: dict[str, Any] = {"event": said, "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info and record.exc_info[0]:
            event["event"], event["fault"] = "a library failed", record.exc_info[0].__name__
        event["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps(only_allowed(None, "", event))


def configure_logs(level: str) -> None:
    """One JSON object a line on standard error, ours and the libraries'."""
    number = _Stderr.least = LEVELS[level]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Quiet())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    for name in (*logging.root.manager.loggerDict, *OWN_LOGGERS):  # a library may have set up its own way out
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(number)
    logging.getLogger("uvicorn.access").handlers[:] = []
    logging.getLogger("uvicorn.access").propagate = False  # it would log paths with their query strings


class AccessLog:
    """One line a request: method, the route's own template, status, milliseconds. Never a path, a query or a body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            ms = round(1000 * (time.perf_counter() - start), 1)
            log.info("request", method=_method(scope["method"]), route=route, status=status, ms=ms)


def _method(word: str) -> str:
    return word if word in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
