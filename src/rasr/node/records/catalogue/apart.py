"""Articles that look like one and are not: who edits the catalogue says so, with a reason, and can take it back."""

from __future__ import annotations

from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.catalogue import services
from rasr.node.records.lots.told import Why
from rasr.node.records.models import ArticlesApart
from rasr.node.records.queries import Actor, articles

ACT = "article.apart"
Pair = frozenset[str]
"""Ids of two articles."""


def tell_apart(*, actor: User, article_id: str, other_id: str, why: Why) -> ArticlesApart:
    """Say that two articles are not the same: they are not proposed as duplicates any more. Said again it stays.

    Raises PermissionDenied, Article.DoesNotExist; Refused: merge_into_itself, reason_wanted.
    """
    require(actor, services.RIGHT)
    services.given(why)
    if article_id == other_id:
        raise Refused("merge_into_itself")
    with transaction.atomic():
        one, other = (articles(actor).select_for_update().get(pk=key) for key in sorted((article_id, other_id)))
        known = ArticlesApart.objects.filter(one=one, other=other).first()
        if known is not None:
            return known
        text = {"reason": why.text, "reason_language": why.language}
        made: ArticlesApart = ArticlesApart.objects.create(one=one, other=other, said_by=actor, **text)
        _record(actor, made, why, told=True)
    return made


def take_back(*, actor: User, apart_id: int, why: Why) -> None:
    """They may be the same after all. Raises PermissionDenied, ArticlesApart.DoesNotExist; Refused: reason_wanted."""
    require(actor, services.RIGHT)
    services.given(why)
    with transaction.atomic():
        gone = ArticlesApart.objects.select_for_update().get(pk=apart_id)
        _record(actor, gone, why, told=False)
        gone.delete()


def _record(actor: User, pair: ArticlesApart, why: Why, *, told: bool) -> None:
    """In the history of both."""
    for article, other in ((pair.one, pair.other), (pair.other, pair.one)):
        said = {"apart_from": other.pk}
        services.record(actor, ACT, article, why, None if told else said, said if told else None)


def told_apart(actor: Actor) -> list[ArticlesApart]:
    """What was said, the latest first, as long as both articles are in the catalogue; for who may take it back."""
    rows = ArticlesApart.objects.filter(one__closed=False, other__closed=False)
    rows = rows.select_related("one", "other", "said_by").order_by("-said_at", "-pk")
    return list(rows) if may(actor, services.RIGHT) else []


def pairs() -> set[Pair]:
    """All pairs that were told apart."""
    return {frozenset(pair) for pair in ArticlesApart.objects.values_list("one_id", "other_id")}
