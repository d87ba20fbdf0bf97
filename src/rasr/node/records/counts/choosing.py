"""Which article of a store a rolling count takes: the one whose last count lies longest ago."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Max

from rasr.node.records.models import CountLine, CountState, Holding

NEVER = datetime(1, 1, 1, tzinfo=UTC)


def next_article(store_id: str) -> str | None:
    """The article counted longest ago, one that never was before all others; None where the store holds nothing."""
    held = Holding.objects.filter(store=store_id).exclude(quantity=0).order_by()
    articles = set(held.values_list("batch__article_id", flat=True).distinct())
    counted = CountLine.objects.filter(count__store=store_id, count__state=CountState.CLOSED, batch__isnull=False)
    latest = dict(
        counted.order_by()
        .values_list("batch__article_id")
        .annotate(latest=Max("count__counted_at"))
        .values_list("batch__article_id", "latest")
    )
    return min(articles, key=lambda article: (latest.get(article) or NEVER, article), default=None)
