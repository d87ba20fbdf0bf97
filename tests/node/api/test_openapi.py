"""The description of the API is frozen, and the API does what it says: whatever is sent, no answer is a fault."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from tools.openapi import text

from rasr.node.records.ledger.checking import faults
from rasr.node.records.models import Batch, Movement
from rasr.node.records.services import load_region

FROZEN = Path("docs/api/openapi.json")
EXAMPLES, EXAMPLES_OF_STOCK = 25, 60
"""Requests to each endpoint; and movements of what is there."""
CHECKS = [not_a_server_error, response_schema_conformance]
STOCK = {"R1": "S1 rifles 500", "R2": "S2 powder ?", "R3": "S3 rifles 100"}


def test_description_is_frozen() -> None:
    """After a change that is meant: ``python -m tools.openapi docs/api/openapi.json``."""
    assert json.loads(text())["openapi"].startswith("3.1")
    assert text() == FROZEN.read_text()


def of_this_stock(described: dict[str, Any]) -> dict[str, Any]:
    """The description with ids that there are: what it lets through may be posted, and often is."""
    narrow = deepcopy(described)
    movement = narrow["components"]["schemas"]["MovementIn"]["properties"]
    one, two, three = ({"kind": "store", "store_id": store} for store in ("S1", "S2", "S3"))
    new = {"kind": "acquired"}
    lines = [
        {"batch_id": str(batch), "quantity": number, "quantity_basis": basis, "from_place": here, "to_place": there}
        for batch in Batch.objects.order_by("stock_id").values_list("pk", flat=True)
        for here, there in ((new, one), (new, two), (one, two), (two, one), (one, three), (one, {"kind": "lost"}))
        for number, basis in ((1, "counted"), (2**53 - 1, "book"), (None, None))
    ]
    moment = timezone.now().isoformat()
    movement |= {
        "kind": {"enum": ["receipt", "transfer", "despatch", "correction"]},
        "effective_at": {"enum": [moment]},
        "lines": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"enum": lines}},
        "corrects_id": {"enum": [None, str(Movement.objects.get().pk)]},
        "destination_id": {"enum": [None, "S3", "none"]},
    }
    known = narrow["components"]["schemas"]["BatchIn"]["properties"]
    known |= {"article_id": {"enum": ["rifles", "none"]}, "batch_id": {"enum": [lines[0]["batch_id"]]}}
    return narrow


@pytest.mark.django_db(transaction=True)  # as it is served: what only the end of a transaction refuses is refused
def test_whatever_is_sent_no_answer_is_a_fault() -> None:
    load_region(actor=somebody("ana", "planner"), region=region(STOCK), complete=True, source="test")
    client = Client()
    client.force_login(somebody("kim", "storekeeper", site_id="A"))
    token = "t" * 32
    cookies = {
        django_settings.SESSION_COOKIE_NAME: client.session.session_key,
        django_settings.CSRF_COOKIE_NAME: token,
    }
    headers = {"X-CSRFToken": token, "Host": "localhost"}
    statuses: dict[str, set[int]] = {}
    codes: Counter[str] = Counter()

    def hold(operation: Any, examples: int) -> None:
        """Send many requests to one endpoint."""

        @settings(
            max_examples=examples,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: schemathesis.Case[Any]) -> None:
            response = case.call(headers=headers, cookies=cookies)
            statuses.setdefault(operation.label, set()).add(response.status_code)
            case.validate_response(response, checks=CHECKS)
            if operation.method == "post" and response.status_code == 200:
                codes.update(one["code"] for one in response.json())

        holds()

    described = json.loads(FROZEN.read_text())
    for found in served(described).get_all_operations():
        hold(found.ok(), EXAMPLES)
    hold(served(of_this_stock(described))["/api/movements"]["POST"], EXAMPLES_OF_STOCK)
    assert len(statuses) == len(described["paths"]) + 1  # movements are read and posted
    assert not any({401, 403} & found for found in statuses.values()), statuses
    assert 200 in statuses["GET /api/stock"], statuses
    assert codes["created"], codes
    assert len(codes) > 4, codes
    assert Movement.objects.count() == 1 + codes["created"]
    assert list(faults()) == []


def served(described: dict[str, Any]) -> Any:
    """The API as it is described, in this process."""
    schema = schemathesis.openapi.from_dict(described)
    schema.app = get_wsgi_application()
    return schema
