"""Who may change the register: a planner of the whole node, nobody else."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.records.small_register import region
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records.services import MovementDraft, compare, load_region, post

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


def test_only_a_planner_posts(planner: User, storekeeper: User, officer: User, stranger: User) -> None:
    movement = MovementDraft(uuid7(), "transfer", timezone.now(), "nothing", ())
    for nobody in (storekeeper, officer, stranger):
        with pytest.raises(PermissionDenied):
            post(actor=nobody, movement=movement)
    assert post(actor=planner, movement=movement) == "created"
