"""The settings of a region: what the table says, and the default of ``reference/settings.csv`` elsewhere.

>>> read_settings({"period_months": "12"}).period_months
12
>>> read_settings({}).starts_on is None
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from rasr.core.reference import loader

DIVISORS = frozenset({"working_days_per_month", "road_factor", "payload_kg", "position_grid_deg"})
"""Settings something is divided by, or that nothing works without: they must be above 0."""
WANTED = {
    "date": "a day written as 2027-05-31",
    "whole": "a whole number, 1 or more",
    "real": "a number, 0 or more, with a point for the decimals",
    "divisor": "a number above 0, with a point for the decimals",
    "fraction": "a number from 0 to 1, with a point for the decimals",
    "text": "a text",
}


@dataclass(frozen=True)
class Settings:
    """Every setting by its key, typed. None where it is empty and empty has a meaning of its own."""

    starts_on: date | None
    period_months: int
    horizon_periods: int
    working_days_per_month: float
    road_factor: float
    road_cost_eur_per_tonne_km: float
    escort_eur_per_trip: float
    payload_kg: float
    fatalities_per_diverted_piece: float | None
    discount_per_year: float
    day_fraction: float
    event_frequency_method: str
    transport_fatalities_per_tonne_km: float
    processing_fatalities_per_tonne: float
    position_grid_deg: float


def read_settings(given: Mapping[str, str | None]) -> Settings:
    """Settings of a region from its key-value pairs; a value that cannot be read gives way to the default.

    That it could not be read is a finding of ``Region.check`` (code bad_setting), not of this function.
    """
    values: dict[str, Any] = {}
    for key, row in loader.settings_contract().items():
        own = parse(key, given.get(key) or "")
        values[key] = own if own is not None else parse(key, row["default"])
    return Settings(**values)


def parse(key: str, text: str) -> date | int | float | str | None:
    """The typed value of a setting, None where the text is empty or is no value for it."""
    try:
        value = _typed(loader.settings_contract()[key]["dtype"], text.strip())
    except ValueError:
        return None
    return value if _within(key, value) else None


def _typed(dtype: str, text: str) -> date | int | float | str | None:
    if not text:
        return None
    if dtype == "date":
        return date.fromisoformat(text[:10] if text[10:] in ("", " 00:00:00") else text)
    if dtype == "whole":
        number = float(text)
        return int(number) if isfinite(number) and number == int(number) else None
    return float(text) if dtype == "real" else text


def _within(key: str, value: date | int | float | str | None) -> bool:
    if isinstance(value, int):
        return value >= 1
    if isinstance(value, float):
        low = value > 0 if key in DIVISORS else value >= 0
        return low and isfinite(value) and (value <= 1 or kind(key) != "fraction")
    return True


def kind(key: str) -> str:
    """What a setting's value must be: a key of ``WANTED``."""
    if key in DIVISORS:
        return "divisor"
    return "fraction" if key.endswith("_fraction") else loader.settings_contract()[key]["dtype"]
