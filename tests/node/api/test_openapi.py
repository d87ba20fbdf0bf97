"""The description of the API is frozen, and the API does what it says: whatever is sent, no answer is a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from tools.openapi import text

from rasr.node.records.models import Movement
from rasr.node.records.services import load_region, recompute_holdings

FROZEN = Path("docs/api/openapi.json")
EXAMPLES = 25
"""Requests to each endpoint."""
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def test_description_is_frozen() -> None:
    """After a change that is meant: ``python -m tools.openapi docs/api/openapi.json``."""
    assert json.loads(text())["openapi"].startswith("3.1")
    assert text() == FROZEN.read_text()


@pytest.mark.django_db
def test_whatever_is_sent_no_answer_is_a_fault() -> None:
    load_region(actor=somebody("ana", "planner"), region=region(), complete=True, source="test")
    client = Client()
    client.force_login(somebody("kim", "storekeeper", site_id="A"))
    token = "t" * 32
    cookies = {
        django_settings.SESSION_COOKIE_NAME: client.session.session_key,
        django_settings.CSRF_COOKIE_NAME: token,
    }
    headers = {"X-CSRFToken": token, "Host": "localhost"}
    schema = schemathesis.openapi.from_dict(json.loads(FROZEN.read_text()))
    schema.app = get_wsgi_application()
    statuses: dict[str, set[int]] = {}

    def hold(operation: Any) -> None:
        """Send many requests to one endpoint."""

        @settings(MANY)
        @given(case=operation.as_strategy())
        def holds(case: schemathesis.Case) -> None:
            response = case.call(headers=headers, cookies=cookies)
            statuses.setdefault(operation.label, set()).add(response.status_code)
            case.validate_response(response, checks=[not_a_server_error])

        holds()

    for found in schema.get_all_operations():
        hold(found.ok())
    assert len(statuses) == len(json.loads(FROZEN.read_text())["paths"]) + 1  # movements are read and posted
    assert not any({401, 403} & found for found in statuses.values()), statuses
    assert 200 in statuses["GET /api/stock"], statuses
    assert Movement.objects.count() == 1
    assert recompute_holdings() == []
