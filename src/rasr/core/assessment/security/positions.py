"""What could give away where a place lies: names of columns, and the usual forms of a position in a text.

Not every form can be known: a place described in words, a geohash or a bare pair of rounded figures is not found.

>>> in_text(pl.Series(["gate at 41.3275, 19.8189", "gate 41, 19 panels"])).to_list()
[True, False]
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

COLUMN = re.compile(
    r"(^|_)(lat|latitude|lon|long|lng|longitude|easting|northing|utm|mgrs|wgs84?|gps|geo\w*|coord\w*|position\w*|wkt|x|y)(_|$)"
)
_SIDE = "[NSEWVJLPИСЮЗЈ]"
"""North, south, east and west, as the languages of the node begin them."""
_ZONE = "(?:0?[1-9]|[1-5][0-9]|60)"
_CODE, _LETTER = "[2-9CFGHJMPQRVWX]", "[CFGHJMPQRVWX]"
FORMS: Mapping[str, str] = {
    "pair of decimal degrees": r"[-+]?\d{1,3}[.,]\d{3,}\s*°?\s*[NSEW]?\s*[,;/ ]\s*[-+]?\d{1,3}[.,]\d{3,}",
    "decimal degrees with their side": r"\d{1,3}[.,]\d{4,}\s*°?\s*[NSEW]\b|\b[NSEW]\s?\d{1,3}[.,]\d{4,}",
    "decimal degrees with their sign": r"\d{1,3}[.,]\d{2,}\s*°\s*(?:[^\sCFСК]|$)",
    "degrees and minutes": r"\d{1,3}\s*[°º]\s*\d{1,2}(?:[.,]\d+)?\s*['’′´]",
    "degrees, minutes and seconds without signs": (
        rf"\b\d{{1,3}}[\s:-]+\d{{1,2}}[\s:-]+\d{{1,2}}(?:[.,]\d+)?\s*[\"″”]?\s?{_SIDE}\b"
        rf"|\b[NSEW]\s?\d{{1,3}}[\s:°-]+\d{{1,2}}(?:[\s:-]+\d{{1,2}}|[.,]\d+)\b"
    ),
    "named latitude or longitude": r"(?i)\b(?:lat|lon|lng|latitud\w*|longitud\w*)\b[^\w]{0,3}\d",
    "named coordinates": r"(?i)\b(?:coord|koord|координат)\w*[^\w]{0,3}\d",
    "MGRS": rf"\b{_ZONE}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{{2}}\s?\d{{2,5}}\s?\d{{2,5}}\b",
    "UTM": rf"\b{_ZONE}\s?[C-HJ-NP-Xc-hj-np-x]\s+\d{{6}}(?:[.,]\d+)?\s*m?\s*E?[\s,;/]+\d{{7}}",
    "easting and northing": (
        r"\b(?:[1-8]\d{5}|[5-8]\d{6})(?:[.,]\d+)?\s*m?\s*E?\s*[,;/ ]\s*[45]\d{6}\b"
        r"|\b[45]\d{6}(?:[.,]\d+)?\s*m?\s*N?\s*[,;/ ]\s*(?:[1-8]\d{5}|[5-8]\d{6})\b"
    ),
    "plus code": (
        rf"(?i)\b(?:{_CODE}{{8}}|{_LETTER}{_CODE}{{3}}|[2-9]{_LETTER}{_CODE}{{2}}|[2-9]{{2}}{_LETTER}{_CODE}"
        rf"|[2-9]{{3}}{_LETTER})\+{_CODE}{{2,3}}\b"
    ),
    "address of a map": (
        r"(?i)\bgeo:-?\d|\bmaps?\.(?:google|apple|app)|google\.[a-z.]+/maps|goo\.gl/maps|openstreetmap|\bosm\.org"
    ),
    "three words": r"(?i)///\w+\.\w+\.\w+|what3words|\bw3w\.co",
    "well-known text": r"(?i)\bpoint\s*z?\s*\(\s*[-+]?\d",
}
"""Forms of a position, by name, as regular expressions of polars."""


def in_column(name: str) -> bool:
    """Whether a column of that name could hold a position."""
    return bool(COLUMN.search(name.strip().lower().replace(" ", "_").replace("-", "_")))


def in_text(texts: pl.Series) -> pl.Series:
    """Whether each text seems to hold a position; null where there is no text."""
    return texts.str.contains("|".join(f"(?:{form})" for form in FORMS.values()))
