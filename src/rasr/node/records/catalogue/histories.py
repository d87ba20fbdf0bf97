"""Which pages belong to the history of an article, and who may see and add its photographs."""

from __future__ import annotations

from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.records.catalogue import services
from rasr.node.records.catalogue.pictures import pictured
from rasr.node.records.catalogue.unidentified import KEEP
from rasr.node.records.models import Article, ArticleDetail, ArticleState, Holding
from rasr.node.records.queries import stock

ACTS = ("change", "name", "package", "component", "drop", "amounts", "merge", "apart", "identify", "classify")
PARTS = tuple(f"records:article-{act}" for act in ACTS)
"""Further pages of an article."""


def tell_all() -> None:
    """Articles have photographs; called once, when the node starts, after their history is told."""
    pictured(Article, _adds, sees)


def _adds(actor: User, row_id: str) -> bool:
    """Who may change the catalogue; of something unidentified also who keeps the store that it lies in."""
    if not Article.objects.filter(pk=row_id, closed=False).exists():
        return False
    if may(actor, services.RIGHT):
        return True
    here = scope_of(actor, KEEP).stores("store__")
    return _is_unidentified(row_id) and Holding.objects.filter(here, batch__article=row_id).exists()


def sees(actor: User, row_id: str) -> bool:
    """Whether somebody may read what was found out about an article: of something unidentified who sees stock of it."""
    return not _is_unidentified(row_id) or stock(actor).filter(batch__article=row_id).exists()


def _is_unidentified(row_id: str) -> bool:
    return ArticleDetail.objects.filter(pk=row_id, state=ArticleState.UNIDENTIFIED).exists()
