"""What the worker does again and again: a licence that ended since the last time is a broken rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.node.records.lots.people import people

from rasr.node.host import worker
from rasr.node.places.models import Licence
from rasr.node.records.models import Breach


@pytest.mark.django_db
def test_the_worker_sees_the_day_pass() -> None:
    people({"R1": "S2 bombs 5"})
    Licence.objects.filter(store="S2", hazard_division="1.1").update(valid_until=timezone.localdate())
    worker._sweep()
    assert not Breach.objects.filter(store="S2").exists()
    Licence.objects.filter(store="S2", hazard_division="1.1").update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )
    worker._sweep()
    worker._sweep()
    assert [one.code for one in Breach.objects.filter(store="S2")] == ["licence_expired"]
