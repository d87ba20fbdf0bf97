"""Positions in a text: each form that is known is found, and what people write every day is not."""

from __future__ import annotations

import polars as pl
import pytest

from rasr.core.assessment.security.positions import FORMS, in_text

POSITIONS = {
    "pair of decimal degrees": ["gate at 41.3275, 19.8189", "41,3275; 19,8189", "-41.327 / 19.818", "41.327°N 19.818"],
    "decimal degrees with their side": ["41.3275N", "N 41.32751", "tower 19.8189 E"],
    "decimal degrees with their sign": ["gate 41.33° and 19.82°", "41,32°N"],
    "degrees and minutes": ["41°19'39\"N", "41° 19.65′ N", "41 º 19 ’"],
    "degrees, minutes and seconds without signs": ["41 19 39 N, 19 49 08 E", "41-19-39N", "N 41 19.65 E 19 49.1"],
    "named latitude or longitude": ["lat 41.3", "LON: 19.8", "latitude = 41", "longitudine: 19"],
    "named coordinates": ["coordinates: 4132 1981", "koordinate 41 19", "координати: 41 19"],
    "MGRS": ["34TDM1234567890", "34T DM 12345 67890", "at 34T DM 1234", "34TDM123456"],
    "UTM": ["34T 432100 4567890", "34 T 432100mE, 4567890mN"],
    "easting and northing": ["432100 4567890", "7432100, 4567890", "4567890; 432100", "432100 m E, 4567890 m N"],
    "plus code": ["8GJX9R5F+XX", "9R5F+XX Tirana", "gate 8GJX9R5F+XX2"],
    "address of a map": ["geo:41.3,19.8", "https://maps.google.com/?q=x", "https://www.google.com/maps/place/x"],
    "three words": ["///filled.count.soap", "what3words filled"],
    "well-known text": ["POINT (19.8 41.3)", "point z(19 41 100)"],
}
NO_POSITIONS = [
    "Lamp of 2,000 W, 12.5 V; door 0.9 x 2.05 m",
    "walked on 2026-01-02 at 12:30:45, 3 guards",
    "7 pcs 2024, 12 cal 1234, 5.56 x 45",
    "call 069 123 4567 or +355 69 123 4567",
    "24.50 °C, 38 % humid; slope of 30°",
    "serial AB-123456 and 04-1234567",
    "10 to 12 men, 41 long rods; long 12 m",
    "offer 12.50, 13.75 EUR",
    "points (3) of the list",
]


def test_every_form_has_examples() -> None:
    assert POSITIONS.keys() == FORMS.keys()


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in POSITIONS.items() for text in texts])
def test_a_position_is_found_by_its_form(form: str, text: str) -> None:
    texts = pl.Series([text])
    assert in_text(texts).item()
    assert texts.str.contains(FORMS[form]).item()


@pytest.mark.parametrize("text", NO_POSITIONS)
def test_what_people_write_every_day_is_no_position(text: str) -> None:
    assert not in_text(pl.Series([text])).item(), [
        form for form in FORMS if pl.Series([text]).str.contains(FORMS[form]).item()
    ]
