"""Pages of stock cards."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rasr.node.people.rights import require
from rasr.node.records.movements import cards
from rasr.node.records.movements.cards import SUBJECTS, Card
from rasr.node.records.views import actor_of
from rasr.node.web import exports, marks

MOST_PAGES = 10**6


class AsOf(forms.Form):
    """Of which day, and which page."""

    as_of = forms.DateField(
        label=_("As of the end of"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    article = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=MOST_PAGES, widget=forms.HiddenInput)


@require_safe
def card(request: HttpRequest, what: str, key: str) -> HttpResponseBase:
    """A stock card, page by page, or as a file."""
    actor = actor_of(request)
    require(actor, "view_register")
    marks.shows_all_seen(request)
    form = AsOf(request.GET)
    if what not in SUBJECTS or not form.is_valid():
        raise Http404
    given: dict[str, Any] = form.cleaned_data
    day: date | None = given["as_of"]
    wanted = request.GET.get("export")
    try:
        found = cards.card_of(
            actor, what, key, as_of=day, page=given["page"] or 1, article_id=given["article"], whole=bool(wanted)
        )
    except (KeyError, ObjectDoesNotExist) as gone:
        raise Http404 from gone
    for known in exports.FORMS:
        if wanted == known:
            return exports.export_response(_frame(found), f"card-{what}", known, marks.shown(request))
    context = {"card": found, "kind": SUBJECTS[what][1], "form": form, "as_of": day, "article": given["article"]}
    return render(request, "records/movements/card.html", context)


def _frame(found: Card) -> pl.DataFrame:
    """All rows, the oldest last, with bare values."""
    heads = ["effective_at", "recorded_at", "kind", "voucher", "article", "record", "serial", "from", "to", "quantity"]
    rows = [
        [
            *(one.seen.line.movement.effective_at, one.seen.line.movement.recorded_at, one.seen.line.movement.kind),
            *(one.seen.line.movement.voucher, one.seen.line.batch.article.name, one.seen.line.batch.stock_id),
            one.seen.line.item.serial if one.seen.line.item else "",
            *(one.seen.origin.name, one.seen.target.name, one.seen.line.quantity, one.change, one.balance),
        ]
        for one in found.rows
    ]
    return exports.table_frame([[*heads, "sign", "balance"], *rows])
