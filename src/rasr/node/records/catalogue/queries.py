"""What the pages of the catalogue show. Articles are everybody's; what lies where is not asked here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from rasr.core.records import names
from rasr.core.records.likeness import Entry, Pair, alike
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.records.catalogue import apart, pictures, services
from rasr.node.records.catalogue.merging import JUDGE
from rasr.node.records.models import (
    Article,
    ArticleComponent,
    ArticleDetail,
    ArticleName,
    ArticleState,
    Constraint,
    Package,
    Picture,
)
from rasr.node.records.queries import Actor, articles, stock

MOST_PAIRS = 200
"""Pairs of articles that the page of duplicates shows."""
MOST_ALIKE = 5
"""Articles like one that its page names."""


def may_edit(actor: Actor) -> bool:
    """Whether somebody may change the catalogue."""
    return may(actor, services.RIGHT)


def may_merge(actor: Actor) -> bool:
    """Whether somebody may merge articles: who may change the catalogue and judges the stock of every place."""
    return may_edit(actor) and may(actor, JUDGE) and scope_of(actor, JUDGE).everything


def editable(actor: Actor, article_id: str) -> Article:
    """An article that somebody may change. Raises Article.DoesNotExist."""
    rows = articles(actor).select_related("detail")
    return (rows if may_edit(actor) else rows.none()).get(pk=article_id)


def mergeable(actor: Actor, article_id: str) -> Article:
    """An article that somebody may merge into another. Raises Article.DoesNotExist."""
    rows = articles(actor)
    return (rows if may_merge(actor) else rows.none()).get(pk=article_id)


def merged(actor: Actor, article_id: str) -> Article:
    """An article that was merged, for who may undo that. Raises Article.DoesNotExist."""
    rows = Article.objects.filter(closed=True, merged_into__isnull=False).select_related("merged_into")
    return (rows if may_merge(actor) else rows.none()).get(pk=article_id)


def became(actor: Actor, article_id: str) -> Article | None:
    """The article that one which is not in the catalogue any more was merged into."""
    gone = Article.objects.filter(pk=article_id, closed=True).values_list("merged_into_id", flat=True).first()
    return articles(actor).filter(pk=gone).first() if gone else None


def named(actor: Actor, text: str) -> list[Article]:
    """Articles of this id, else of this name, whatever its case, script and signs."""
    rows = articles(actor)
    text = text.strip()
    if found := list(rows.filter(pk=text)):
        return found
    spelled = names.spelled(text)
    if not spelled:
        return []
    others = ArticleName.objects.filter(normalised=spelled, article=OuterRef("pk"))
    by_other = list(rows.filter(Exists(others)))
    keys = {one.pk for one in by_other}
    own = [key for key, name in rows.values_list("pk", "name") if names.spelled(name) == spelled and key not in keys]
    return by_other + list(rows.filter(pk__in=own))


def bans_on(article: Article) -> QuerySet[Constraint]:
    """What may not be done with the article as a whole, in force."""
    return Constraint.objects.filter(article=article, lot=None, lifted_on=None)


@dataclass(frozen=True)
class Allowed:
    """What somebody may do in the catalogue: change it, merge articles, judge stock, keep stock."""

    edit: bool
    merge: bool
    judge: bool
    keep: bool


def allowed(actor: Actor) -> Allowed:
    """What the buttons of the catalogue depend on."""
    return Allowed(may_edit(actor), may_merge(actor), may(actor, JUDGE), may(actor, "keep_stock"))


@dataclass(frozen=True)
class Known:
    """All that is known of an article beside its facts.

    hidden: unidentified, and not its reader's to know more of; waits: whether its reader is to judge it; bannable: may
    ban it as a whole; adds: may add photographs.
    """

    may: Allowed
    detail: ArticleDetail
    hidden: bool
    unidentified: bool
    waits: bool
    bans: list[Constraint]
    bannable: bool
    names: list[ArticleName]
    packages: list[Package]
    components: list[ArticleComponent]
    part_of: list[ArticleComponent]
    merged: list[Article]
    pictures: list[Picture]
    adds: bool


def known_of(actor: User, article: Article) -> Known:
    """What the page of an article shows.

    What was found out about something unidentified, and its photographs, are for who sees some of its stock.
    """
    detail, may_do = services.detail_of(article), allowed(actor)
    unidentified = detail.state == ArticleState.UNIDENTIFIED
    hidden = unidentified and not stock(actor).filter(batch__article=article).exists()
    if hidden:
        detail = ArticleDetail(article=article, state=detail.state)
    return Known(
        may=may_do,
        detail=detail,
        hidden=hidden,
        unidentified=unidentified,
        waits=unidentified and not hidden and may_do.judge,
        bans=list(bans_on(article)),
        bannable=may_do.judge and scope_of(actor, JUDGE).everything,
        names=list(article.names.all()),
        packages=list(article.packages.all()),
        components=list(article.components.select_related("component").order_by("component__name")),
        part_of=list(article.part_of.select_related("article").order_by("article__name")),
        merged=list(article.merged.filter(closed=True).order_by("name")),
        pictures=[] if hidden else list(pictures.of(Article, article.pk)),
        adds=pictures.may_add(actor, Article._meta.db_table, article.pk),
    )


# Duplicates.


@dataclass(frozen=True)
class Twins:
    """Two articles that may be the same."""

    one: Article
    other: Article
    score: int
    by_number: bool


def twins(actor: Actor) -> list[Twins]:
    """Pairs of the whole catalogue, the likeliest first; of what is identified and was not told apart."""
    known = list(articles(actor).select_related("detail").prefetch_related("names"))
    return _told(known, _not_apart(alike(map(entry_of, known))))[:MOST_PAIRS]


def alike_to(actor: Actor, article: Article) -> list[Article]:
    """Articles that may be the same as one, and were not told apart from it, the likeliest first."""
    known = list(articles(actor).select_related("detail").prefetch_related("names"))
    pairs = alike(map(entry_of, known), among=frozenset({article.pk}))
    found = _told(known, _not_apart(pairs))[:MOST_ALIKE]
    return [pair.other if pair.one.pk == article.pk else pair.one for pair in found]


def proposed(actor: Actor, new: Mapping[str, str], units: Mapping[str, str]) -> list[Pair]:
    """Duplicates that an import would bring: new articles (id to name, id to unit) against those of the catalogue.

    For who loads them to look at before; nothing is merged.
    """
    known = list(articles(actor).exclude(pk__in=list(new)).select_related("detail").prefetch_related("names"))
    coming = [Entry(key, (name,), apart=units.get(key, "")) for key, name in new.items()]
    return alike([*map(entry_of, known), *coming], among=frozenset(new))[:MOST_PAIRS]


def _not_apart(pairs: Iterable[Pair]) -> list[Pair]:
    told = apart.pairs()
    return [pair for pair in pairs if frozenset((pair.one, pair.other)) not in told]


def entry_of(article: Article) -> Entry:
    """An article as it is compared; its detail and names read before."""
    others = tuple(one.name for one in article.names.all())
    detail = getattr(article, "detail", None)
    return Entry(article.pk, (article.name, *others), detail.nsn if detail else "", article.unit)


def _told(known: Iterable[Article], pairs: Iterable[Pair]) -> list[Twins]:
    by_key = {one.pk: one for one in known}
    return [Twins(by_key[pair.one], by_key[pair.other], pair.score, pair.by_number) for pair in pairs]
