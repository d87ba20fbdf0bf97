"""Who works with the ledger in these tests, on the small register, loaded once for a module: see ``crew``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.node.conftest import rolled_back_afterwards, somebody
from tests.node.records.ledger.crew import Crew
from tests.node.records.small_register import region

from rasr.node.records.services import load_region


@pytest.fixture(scope="module")
def crew_of_module(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Crew]:
    """Everybody, for all tests of the module; what a test changes is undone after it."""
    request.getfixturevalue("django_db_setup")
    with rolled_back_afterwards(django_db_blocker):
        with django_db_blocker.unblock():
            made = people()
        yield made


@pytest.fixture
def crew(crew_of_module: Crew, db: None) -> Crew:
    """The people of the small register, which is loaded."""
    assert db is None
    return crew_of_module


def people() -> Crew:
    """Load the small register; who works with it."""
    ana = somebody("ana", "planner")
    stock = {
        "R1": "S1 bombs 5",
        "R2": "S2 powder ?",
        "R3": "S3 rifles 0",
        "R4": "S2 rifles 9",
        "R5": "S3 caps 4",
        "R6": "S2 bombs 8 declared_surplus_ref=D-1",
    }
    load_region(actor=ana, region=region(stock), complete=True, source="test")
    return Crew(
        ana,
        keeper=somebody("keeper", "storekeeper", site_id="A"),
        judge=somebody("judge", "technical_officer", organisation_id="AL-MOD"),
        mate=somebody("mate", "approver", organisation_id="AL-MOD"),
        stranger=somebody("stranger", "technical_officer", organisation_id="ME-POL"),
    )
