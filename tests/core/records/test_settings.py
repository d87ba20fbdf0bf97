"""Settings: typed, with defaults, and never half understood."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import polars as pl
import pytest
from tests.core.records.small_region import small_region, with_cell

from rasr.core.records.region import Region
from rasr.core.records.settings import Settings, parse, read_settings
from rasr.core.reference import loader


def test_the_settings_are_those_of_the_reference() -> None:
    assert [field.name for field in fields(Settings)] == list(loader.settings_contract())


def test_defaults_hold_where_nothing_is_said() -> None:
    settings = read_settings({})
    assert settings.starts_on is None
    assert settings.fatalities_per_diverted_piece is None
    assert settings.horizon_periods == 10
    assert settings.road_factor == 1.35


def test_settings_of_a_region() -> None:
    assert small_region().settings.starts_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("starts_on", "1.1.2027"),
        ("period_months", "0"),
        ("period_months", "2.5"),
        ("period_months", "six"),
        ("road_factor", "-1"),
        ("payload_kg", "0"),
        ("day_fraction", "1.5"),
        ("discount_per_year", "inf"),
        ("discount_per_year", "1e999"),
    ],
)
def test_a_bad_value_is_a_finding_and_the_default_holds(key: str, value: str) -> None:
    region = Region.from_frames({"settings": pl.DataFrame({"key": [key], "value": [value]})})
    bad = [finding for finding in region.check() if finding.code == "bad_setting"]
    assert [(finding.row, finding.column, finding.value) for finding in bad] == [(1, "value", value)]
    assert getattr(region.settings, key) == getattr(read_settings({}), key)


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("12.0", 12), ("", None)])
def test_whole_settings(text: str, value: int | None) -> None:
    assert parse("period_months", text) == value


def test_an_unknown_setting_is_a_finding() -> None:
    findings = Region.from_frames(with_cell("settings", 1, "key", "speed")).check()
    assert [(finding.code, finding.value) for finding in findings] == [("unknown_setting", "speed")]
