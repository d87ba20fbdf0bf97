"""The same content has the same bytes: those of RFC 8785, whichever encoder wrote them."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.log import canonical

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def exact(value: Any) -> Any:
    """The rule of an entry, written otherwise."""
    if isinstance(value, dict):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return list(map(exact, value))
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    return str(int(Decimal(repr(value)))) if whole and abs(value) >= 2**53 else value


@given(st.dictionaries(st.text(), ANY, max_size=6) | st.dictionaries(st.text(), st.floats(1e-9, 1e17), max_size=6))
def test_the_quick_way_of_an_entry_writes_what_the_library_writes(columns: dict[str, Any]) -> None:
    told = {"columns": exact(columns), "row_id": "7", "schema": 2, "table": "t"}
    assert canonical.entry("t", "7", columns, schema=2) == rfc8785.dumps(told)


@given(st.lists(st.tuples(st.text(max_size=4), ANY, PLAIN, st.text()), max_size=6), st.sampled_from([1, 7]))
def test_many_rows_at_once_are_written_as_each_alone(rows: list[tuple[Any, ...]], schema: int) -> None:
    """Whatever kinds of values a column holds."""
    names = ("lot", "a", "quantity", "_z")
    columns = [[row[at] for row in rows] for at in range(4)]
    row_ids = [str(number) for number in range(len(rows))]
    alone = [
        canonical.entry("t", row_id, dict(zip(names, row, strict=True)), schema=schema)
        for row_id, row in zip(row_ids, rows, strict=True)
    ]
    assert canonical.entries("t", names, schema=schema)(row_ids, columns) == alone


@given(st.dictionaries(st.text(), ANY, max_size=4), st.randoms())
def test_the_order_of_names_does_not_matter(value: dict[str, Any], random: Any) -> None:
    names = list(value)
    random.shuffle(names)
    other = {name: value[name] for name in names}
    assert canonical.entry("t", "1", other, schema=1) == canonical.entry("t", "1", value, schema=1)


# RFC 8785, appendix B and the example of 3.2.2
@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (1e21, "1e+21"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (333333333.33333329, "333333333.3333333"),
        (1e-7, "1e-7"),
        ('\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
    ],
)
def test_published_examples(value: Any, written: str) -> None:
    assert canonical.canonical(value).decode() == written


def test_names_are_in_the_order_of_utf_16() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert list(json.loads(canonical.canonical(value)).values()) == [2, 4, 6, 7, 1, 5, 3]


def columns_of(value: Any) -> str:
    return canonical.entry("t", "1", {"n": value}, schema=1).decode().partition(',"row_id"')[0]


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63 - 1, 10**30])
def test_in_an_entry_a_number_too_large_for_json_is_written_as_text(number: int) -> None:
    assert columns_of(number) == f'{{"columns":{{"n":"{number}"}}'
    assert columns_of([number, True]) == f'{{"columns":{{"n":["{number}",true]}}'
    with pytest.raises(ValueError, match=r"exceeds"):
        canonical.canonical(number)


@pytest.mark.parametrize(("one", "other"), [(1e16, 10**16), (1e300, 10**300), (-3.0, -3), (-0.0, 0), ((1,), [1.0])])
def test_in_an_entry_it_does_not_matter_how_a_whole_number_came(one: Any, other: Any) -> None:
    assert columns_of(one) == columns_of(other) == columns_of(json.loads(json.dumps(one)))


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1])
def test_a_number_that_json_holds_is_written_as_a_number(number: int) -> None:
    assert canonical.canonical(number) == str(number).encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, b"x", "\ud800", {1: 2}, object(), {"a": {3}}])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r".*"):
        canonical.canonical(value)
    with pytest.raises(ValueError, match=r".*"):
        canonical.entry("t", "1", {"x": value}, schema=1)


def test_table_row_and_schema_stand_in_the_bytes() -> None:
    made = {canonical.entry(table, row, {"a": 1}, schema=schema) for table in "tu" for row in "12" for schema in (1, 2)}
    assert len(made) == 8
