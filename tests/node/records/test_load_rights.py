"""Who may change the register: a planner of the whole node, nobody else."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from tests.node.records.small_register import region

from rasr.node.people.models import User
from rasr.node.records.services import compare, load_region

pytestmark = pytest.mark.django_db


def test_only_a_planner_of_the_node_loads(
    planner: User, officer: User, storekeeper: User, stranger: User, auditor: User, administrator: User
) -> None:
    for nobody in (officer, storekeeper, stranger, auditor, administrator):
        with pytest.raises(PermissionDenied):
            load_region(actor=nobody, region=region(), complete=True, source="x")
        with pytest.raises(PermissionDenied):
            compare(actor=nobody, region=region(), complete=True)
    assert load_region(actor=planner, region=region(), complete=True, source="x").version == 2
