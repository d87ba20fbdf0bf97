"""How the node logs: one JSON object a line on the error stream, without personal data.

Names, addresses and what stands in a path or in a database's message never reach the log: of a message from a library
only its unfilled pattern is kept, of a fault its kind and where it happened.

>>> record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Fault at %s", ("/stores/S-1",), None)
>>> json.loads(JsonLines().format(record))["message"]
'Fault at %s'
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OWN = "rasr"
"""Logger whose messages are the node's own: written with no personal data, so kept whole."""
_ADDRESS = re.compile(r"(ip=|from )\S+.*", re.DOTALL)
_HERE = str(Path(__file__).resolve().parents[3])


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, what was given as ``fields``, and the fault."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said |= _fault(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    if record.name == OWN or record.name.startswith(f"{OWN}."):
        return record.getMessage()
    # A library's message may hold an address, a path or a name; filled patterns are cut where those begin.
    return _ADDRESS.sub("", str(record.msg)).strip()


def _fault(fault: BaseException) -> dict[str, Any]:
    """Kind of a fault and where it went through; not its text, in which a database may quote a row."""
    frames = traceback.extract_tb(fault.__traceback__)
    kind = type(fault)
    return {
        "fault": f"{kind.__module__}.{kind.__qualname__}",
        "trace": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _short(path: str) -> str:
    """A file without the folders of this machine."""
    return path.removeprefix(f"{_HERE}/").rpartition("site-packages/")[2]


def logging_config(level: str) -> dict[str, Any]:
    """Django's setting LOGGING. level: debug, info, warning or error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "rasr.node.host.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # Every request has its own line by middleware.RequestLog; of Django's lines only those on faults are news.
            "django": {"level": "WARNING", "handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django_tasks_db": {"level": "WARNING"},
        },
    }
