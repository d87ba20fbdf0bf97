"""Tags and filters write figures as the report does, in each language, and escape what people wrote."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from rasr.core.reference.loader import TABLES, contract
from rasr.node.web import codes


def drawn(text: str, **values: object) -> str:
    return Template("{% load rasr %}" + text).render(Context(values))


@pytest.mark.parametrize(
    ("text", "en", "mk"),
    [
        ("{{ x|tonnes }}", "12\u202f346", "12\u202f346"),
        ("{{ y|tonnes }}", "0.0012", "0,0012"),
        ("{{ y|danger }}", "1.2", "1,2"),
        ("{{ share|percent }}", "3.4", "3,4"),
        ("{{ x|euro }}", "12\u202f300\u202f000", "12\u202f300\u202f000"),
        ("{{ nothing|danger }}", "–", "–"),
        ("{{ y|significant:1 }}", "1", "1"),
        ("{% interval share y %}", "0.034 – 1.2", "0,034 – 1,2"),
    ],
)
def test_figures(text: str, en: str, mk: str) -> None:
    values = {"x": 12_345_678.0, "y": 1.234, "share": 0.0342, "nothing": None}
    for language, wanted in (("en", en), ("mk", mk)):
        with translation.override(language):
            assert drawn(text, **values) == wanted


def test_every_code_of_the_contracts_has_a_name() -> None:
    plain = {"hazard_division", "compatibility_group"}
    for table in TABLES:
        for column in contract(table).columns:
            for code in column.allowed:
                if column.name not in plain:
                    assert code in codes.NAMES[column.name], f"{table}.{column.name}: {code}"


def test_a_code_of_the_users_own_is_shown_as_it_is_and_escaped() -> None:
    assert drawn("{% label 'technique' code %}", code="<b>_x") == "&lt;b&gt; x"


def test_a_chart_that_does_not_exist_is_a_fault_of_the_template() -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn("{% chart 'pie' 'data' %}")


def test_texts_of_charts_are_data() -> None:
    page = drawn("{% chart 'danger' 'data' title %}", title='"><script>')
    assert 'data-chart="danger"' in page
    assert "<script>" not in page
    assert "Show the table" in page
    assert "Show the table" not in drawn("{% chart 'danger' 'data' table='no' %}")


def test_kept_text_is_escaped_once() -> None:
    assert (
        drawn("{% keep as x %} {{ name }} {% endkeep %}[{{ x }}|{{ x|striptags }}]", name="A & B")
        == "[A &amp; B|A &amp; B]"
    )
