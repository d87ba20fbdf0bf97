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

Value = date | int | float | str
NOUNS = {"date": "a day written as 2027-05-31", "whole": "a whole number", "real": "a number", "text": "a text"}


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


def parse(key: str, text: str) -> Value | None:
    """The typed value of a setting, None where the text is empty or is no value for it."""
    row = loader.settings_contract()[key]
    try:
        value = _typed(row["dtype"], text.strip())
    except ValueError:
        return None
    return value if value is not None and _within(row, value) else None


def _typed(dtype: str, text: str) -> Value | None:
    if not text:
        return None
    if "_" in text and dtype != "text":
        raise ValueError("Python would read 1_0 as 10")
    if dtype == "date":
        return date.fromisoformat(text[:10] if text[10:] in ("", " 00:00:00") else text)
    if dtype == "whole":
        number = float(text)
        return int(number) if isfinite(number) and number == int(number) else None
    return float(text) if dtype == "real" else text


def _within(row: Mapping[str, str], value: Value) -> bool:
    """Whether a value lies within the limits of its setting, both inclusive; beyond them no plan could be meant."""
    limits: tuple[Any, Any] = (_typed(row["dtype"], row["minimum"]), _typed(row["dtype"], row["maximum"]))
    low, high = limits
    return (low is None or low <= value) and (high is None or value <= high)


def wanted(key: str) -> str:
    """What the value of a setting must be, in words."""
    row = loader.settings_contract()[key]
    limits = f" from {row['minimum']} to {row['maximum']}" if row["minimum"] else ""
    return f"{NOUNS[row['dtype']]}{limits}{', with a point for the decimals' if row['dtype'] == 'real' else ''}"
