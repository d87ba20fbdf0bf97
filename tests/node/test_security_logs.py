"""The server's log: nobody writes lines into it, and it goes to the error stream alone."""

from __future__ import annotations

import json
import logging

import pytest
from django.conf import settings
from django.test import Client

from rasr.node.host.logs import JsonLines

FORGED = 'x\n{"message": "all is well"}\r\n\u2028\x1b[2Jx'


@pytest.mark.parametrize("logger", ["rasr.request", "django.request"])
def test_what_is_logged_stays_one_line(logger: str) -> None:
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, FORGED, None, None)
    record.fields = {"route": FORGED}
    line = JsonLines().format(record)
    assert len(line.split("\n")) == 1
    assert not any(sign in line for sign in "\r\x1b")
    assert json.loads(line)["route"] == FORGED


@pytest.mark.django_db
def test_no_request_writes_a_line_of_its_own(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.generic("GET\nFORGED", "/no-such-page/%0aforged", headers={"user-agent": FORGED, "x-request-id": FORGED})
    lines = [JsonLines().format(record) for record in caplog.records]
    assert lines
    assert not [line for line in lines if "\n" in line or "forged" in line.lower() or "all is well" in line]


def test_the_log_goes_to_the_error_stream_alone() -> None:
    assert settings.LOGGING["handlers"] == {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}}
