"""The small register with a house beside a store, for licences and emergency cards."""

from __future__ import annotations

import pytest
from tests.node.records.ledger.conftest import crew, crew_of_module
from tests.node.records.ledger.crew import Crew

from rasr.node.records.models import Exposure

assert crew
assert crew_of_module


@pytest.fixture
def beside(crew: Crew) -> Crew:
    """An inhabited building 222 m north of S1: BD30 allows 1,000 kg of division 1.1 and little more."""
    assert crew.judge
    Exposure.objects.create(
        position=0,
        exposure_id="H1",
        kind="inhabited_building",
        latitude_deg=41.002,
        longitude_deg=20.0,
        persons_day=3.0,
        persons_night=5.0,
    )
    return crew
