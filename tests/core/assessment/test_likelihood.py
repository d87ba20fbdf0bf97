"""Event frequency: the shipped row, its interval, and the refusal of a method that is not there."""

from __future__ import annotations

import pytest

from rasr.core.assessment.explosives.likelihood import FILE, events_per_year
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader


def test_the_shipped_row_by_hand() -> None:
    found = events_per_year([0.0, 1.0, 1_000_000.0], "amrisk_storage")
    assert found[1] == pytest.approx([0.0, 1.5e-4 + 1.5e-10, 3.0e-4])
    assert found[0] == pytest.approx(found[1] * 0.1)
    assert found[2] == pytest.approx(found[1] * 10.0)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        events_per_year([1.0], "oracle")
    assert refused.value.code == "unknown_rule"
    assert refused.value.numbers["known"] == "amrisk_storage"
    assert "oracle" in loader.say(refused.value.code, refused.value.numbers)


def test_no_row_claims_to_be_verified() -> None:
    assert {row["status"] for row in loader.rows(FILE)} == {"not_verified"}
