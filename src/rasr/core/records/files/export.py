"""Tables for other people's spreadsheet programs: text that would run as a formula is made harmless.

>>> safe_text_frame(pl.DataFrame({"name": ["=1+1", "depot"], "neq_kg": [-1.0, 2.0]})).rows()
[("'=1+1", -1.0), ('depot', 2.0)]

The files of a region itself are left untouched: they must come back as they went out.
"""

from __future__ import annotations

import polars as pl

_RUNS = r"^[=+\-@\t\r]"
"""First characters by which a spreadsheet program takes text for a formula."""
_RUNS_WHEN_CUT = r"(;\s*)([=+\-@])"


def safe_text_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before every text that begins with = + - @, a tab or a carriage return.

    Also before what begins so behind a semicolon: where the comma is the decimal mark, the cell is cut in two there.
    """
    text = pl.col(pl.String).str.replace_all(_RUNS_WHEN_CUT, "${1}'${2}")
    return frame.with_columns(pl.when(text.str.contains(_RUNS)).then(pl.lit("'") + text).otherwise(text).name.keep())
