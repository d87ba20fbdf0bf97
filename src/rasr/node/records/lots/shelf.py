"""Until when a lot may be kept, as it follows from the shelf life of its article: proposed, never kept unasked."""

from __future__ import annotations

from datetime import MAXYEAR, date

from rasr.node.records.models import Article, ArticleDetail

MONTHS = 12


def proposed_until(article: Article, year_made: int | None) -> date | None:
    """The months of the article from the first day of the year it was made in, the earliest it can be; None unknown."""
    detail = ArticleDetail.objects.filter(pk=article.pk).first() if year_made else None
    months = None if detail is None else detail.shelf_life_months
    if months is None or year_made is None:
        return None
    year = year_made + months // MONTHS
    return date(year, months % MONTHS + 1, 1) if year <= MAXYEAR else None
