"""What people write: its language, its courtesy translation, in rows, forms and pages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

from django.template import engines
from django.utils import translation

from rasr.node.web.said import Said, SaidForm

BOTH = Said("Prebrojano.\nNedostaju dva.", "bcms", "Counted. <Two> are missing.", "en")


class Asking(SaidForm):
    said: ClassVar[dict[str, Any]] = {"reason": ("Reason", True)}


def sent(**more: str) -> Asking:
    return Asking({"reason": "Prebrojano.", "reason_language": "bcms", "reason_courtesy_language": "en", **more})


def shown(template: str, **context: Any) -> str:
    return engines["django"].from_string("{% load said %}" + template).render(context)


def test_it_goes_into_columns_and_comes_back() -> None:
    row = SimpleNamespace(**BOTH.columns("reason"))
    assert Said.read(row, "reason") == BOTH
    assert Said.read(SimpleNamespace(reason="x"), "reason") == Said.of("x") == Said("x")


def test_a_page_says_the_language_of_each_part() -> None:
    row = SimpleNamespace(**BOTH.columns("reason"))
    with translation.override("en"):
        page = shown('{% said row "reason" %}', row=row)
    assert '<span class="said" lang="sh-Latn">Prebrojano.<br>Nedostaju dva.</span>' in page
    assert '<span>Courtesy translation:</span> <span lang="en">Counted. &lt;Two&gt; are missing.</span>' in page
    alone = shown('{% said row "reason" %}', row=SimpleNamespace(reason="x"))
    assert alone.strip() == '<span class="said" lang="">x</span>'
    assert shown('{% said row "reason" %}', row=SimpleNamespace()).strip() == ""


def test_a_form_takes_the_language_of_the_page_unless_told_otherwise() -> None:
    with translation.override("mk"):
        form = Asking()
    assert form["reason_language"].value() == "mk"
    assert form["reason_courtesy_language"].value() == "en"
    assert sent().is_valid()
    form = sent()
    assert form.is_valid()
    assert form.said_of("reason") == Said("Prebrojano.", "bcms")


def test_a_translation_is_of_something_and_into_another_language() -> None:
    form = sent(reason_courtesy="Counted.")
    assert form.is_valid()
    assert form.said_of("reason") == Said("Prebrojano.", "bcms", "Counted.", "en")
    same = sent(reason_courtesy="Counted.", reason_courtesy_language="bcms")
    assert set(same.errors) == {"reason_courtesy_language"}
    assert set(sent(reason="", reason_courtesy="Counted.").errors) == {"reason"}
    assert set(sent(reason_language="xx").errors) == {"reason_language"}


def test_the_fields_fold_the_translation_away_until_it_is_begun() -> None:
    assert "<details>" in shown('{% said_fields form "reason" %}', form=Asking())
    assert "<details open>" in shown('{% said_fields form "reason" %}', form=sent(reason_courtesy="Counted."))
