"""What is done to the catalogue: articles entered and mended, their other names, packages and components.

The catalogue is of the whole node, so only who has a role on all of it may change it. Every change stands on the trail
with what was before. What an article is changes what a store holds: its breaches are looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Max

from rasr.core.basis.findings import Refused
from rasr.core.records import names
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.contract import columns
from rasr.node.records.ledger import breaching, write
from rasr.node.records.lots.told import Why
from rasr.node.records.models import (
    Article,
    ArticleComponent,
    ArticleDetail,
    ArticleName,
    Batch,
    Holding,
    Naming,
    Package,
)

RIGHT = "edit_catalogue"
TABLE = Article._meta.db_table
KEY = "article_id"
FACTS = tuple(name for name in columns(Article) if name != KEY)
"""Facts of the table of the region."""
DETAILS = ("itemised", "nsn", "make", "model", "country_made", "shelf_life_months", "notes")
"""Facts that only the node keeps. Whether it is identified has acts of its own (``unidentified``)."""
BARRED = frozenset("/?#%\\")
"""Signs that no id of an article that is entered here may have: addresses are made of it."""


def add(*, actor: User, article_id: str, facts: Mapping[str, Any], details: Mapping[str, Any], why: Why) -> Article:
    """Enter an article. facts: some of ``FACTS``; details: some of ``DETAILS``.

    Raises PermissionDenied; Refused: article_exists, article_id_bad, nsn_bad, reason_wanted, and the findings of what
    cannot be (neq_above_mass and the like).
    """
    require(actor, RIGHT)
    with transaction.atomic():
        return enter(actor, "article.add", article_id, facts, details, why)


def enter(
    actor: User, act: str, article_id: str, facts: Mapping[str, Any], details: Mapping[str, Any], why: Why
) -> Article:
    """Enter an article, without asking for a right. Inside a transaction. Raises as ``add``."""
    given(why)
    article_id = article_id.strip()
    if not article_id or not article_id.isprintable() or BARRED & set(article_id):
        raise Refused("article_id_bad", article=article_id)
    register = write.lock_register()
    if Article.objects.filter(pk=article_id).exists():
        raise Refused("article_exists", article=article_id)
    sound({KEY: article_id, **facts})
    last = Article.objects.aggregate(last=Max("position"))["last"]
    made = Article.objects.create(article_id=article_id, position=0 if last is None else last + 1, **facts)
    ArticleDetail.objects.create(article=made, **checked(details))
    after = {name: value for name, value in {**facts, **details}.items() if value not in (None, "", False)}
    record(actor, act, made, why, None, after)
    write.moved_on(register, given={*register.given, Article.TABLE})
    return made


def change(*, actor: User, article_id: str, facts: Mapping[str, Any], details: Mapping[str, Any], why: Why) -> Article:
    """Mend facts of an article; what stays as it was leaves no trace.

    Raises PermissionDenied, Article.DoesNotExist; Refused: article_unit_fixed where there is stock of it, and as
    ``add``.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        return mend(actor, "article.change", article_id, facts, details, why)


def mend(
    actor: User, act: str, article_id: str, facts: Mapping[str, Any], details: Mapping[str, Any], why: Why
) -> Article:
    """Mend facts, without asking for a right. Inside a transaction. Raises as ``change``."""
    register = write.lock_register()
    found = Article.objects.select_for_update().get(pk=article_id, closed=False)
    detail = detail_of(found)
    details = checked(details)
    before = {name: getattr(found, name) for name in facts} | {name: getattr(detail, name) for name in details}
    after = {name: value for name, value in {**facts, **details}.items() if value != before[name]}
    if not after:
        return found
    given(why)
    if "unit" in after and Batch.objects.filter(article=found).exists():
        raise Refused("article_unit_fixed", article=article_id)
    for row, some in ((found, facts), (detail, details)):
        for name, value in some.items():
            setattr(row, name, value)
    sound({name: getattr(found, name) for name in columns(Article)})
    found.save(update_fields=[*facts])
    detail.save()
    record(actor, act, found, why, {name: before[name] for name in after}, after)
    if any(name in facts for name in after):
        write.moved_on(register)
        held = Holding.objects.filter(batch__article=found).exclude(quantity=0).order_by()
        stores = set(held.values_list("store_id", flat=True).distinct())
        breaching.review(actor=actor, store_ids={store for store in stores if store})
    return found


def add_name(*, actor: User, article_id: str, naming: str, name: str, why: Why) -> ArticleName:
    """Write down another name. Raises PermissionDenied, Article.DoesNotExist; Refused: name_known."""
    require(actor, RIGHT)
    with transaction.atomic():
        article = _locked(article_id)
        name = " ".join(name.split())
        if name == article.name or article.names.filter(name=name).exists():
            raise Refused("name_known", name=name)
        made: ArticleName = article.names.create(naming=Naming(naming), name=name, normalised=names.spelled(name))
        record(actor, "article.name", article, why, None, {"naming": made.naming, "name": name})
    return made


def drop_name(*, actor: User, article_id: str, name_id: int) -> None:
    """Take another name off. Raises PermissionDenied, Article.DoesNotExist, ArticleName.DoesNotExist."""
    require(actor, RIGHT)
    with transaction.atomic():
        article = _locked(article_id)
        gone = article.names.get(pk=name_id)
        before = {"naming": gone.naming, "name": gone.name}
        gone.delete()
        record(actor, "article.name", article, Why(), before, None)


def add_package(
    *,
    actor: User,
    article_id: str,
    name: str,
    quantity: int,
    gross_mass_kg: float | None = None,
    neq_kg: float | None = None,
) -> Package:
    """Write down how it is packed. Raises PermissionDenied, Article.DoesNotExist; Refused: package_known,
    neq_above_mass.
    """
    require(actor, RIGHT)
    if gross_mass_kg is not None and neq_kg is not None and neq_kg > gross_mass_kg:
        raise Refused("neq_above_mass", neq_kg=neq_kg, mass_kg=gross_mass_kg)
    with transaction.atomic():
        article = _locked(article_id)
        name = " ".join(name.split())
        if article.packages.filter(name=name).exists():
            raise Refused("package_known", name=name)
        facts = {"name": name, "quantity": quantity, "gross_mass_kg": gross_mass_kg, "neq_kg": neq_kg}
        made: Package = article.packages.create(**facts)
        record(actor, "article.package", article, Why(), None, facts)
    return made


def drop_package(*, actor: User, article_id: str, package_id: int) -> None:
    """Take a package off. Raises PermissionDenied, Article.DoesNotExist, Package.DoesNotExist."""
    require(actor, RIGHT)
    with transaction.atomic():
        article = _locked(article_id)
        gone = article.packages.get(pk=package_id)
        before = {"name": gone.name, "quantity": gone.quantity}
        gone.delete()
        record(actor, "article.package", article, Why(), before, None)


def add_component(*, actor: User, article_id: str, component_id: str, quantity: int) -> ArticleComponent:
    """Write down what one of it is made of.

    Raises PermissionDenied, Article.DoesNotExist; Refused: component_known, component_of_itself, also where it is so
    by way of others.
    """
    require(actor, RIGHT)
    with transaction.atomic():
        write.lock_register()  # two at once could make each a part of the other
        article, part = _locked(article_id), _locked(component_id)
        if article.components.filter(component=part).exists():
            raise Refused("component_known", component=part.name)
        if article.pk in _made_of(part.pk):
            raise Refused("component_of_itself", component=part.name)
        made: ArticleComponent = article.components.create(component=part, quantity=quantity)
        record(actor, "article.component", article, Why(), None, {"component": part.pk, "quantity": quantity})
    return made


def drop_component(*, actor: User, article_id: str, component_id: int) -> None:
    """Take a component off. Raises PermissionDenied, Article.DoesNotExist, ArticleComponent.DoesNotExist."""
    require(actor, RIGHT)
    with transaction.atomic():
        article = _locked(article_id)
        gone = article.components.get(pk=component_id)
        before = {"component": gone.component_id, "quantity": gone.quantity}
        gone.delete()
        record(actor, "article.component", article, Why(), before, None)


# What the others stand on.


def detail_of(article: Article) -> ArticleDetail:
    """What only the node knows of an article; an empty one where nothing was written yet."""
    return ArticleDetail.objects.filter(pk=article.pk).first() or ArticleDetail(article=article)


def checked(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as they are kept: a stock number in its form. Raises Refused: nsn_bad."""
    kept = dict(details)
    if number := kept.get("nsn"):
        written = names.stock_number(number)
        if written is None:
            raise Refused("nsn_bad", value=number)
        kept["nsn"] = written
    return kept


def sound(row: Mapping[str, Any]) -> None:
    """Refuse a row of the table of articles of which the checks of a region would find an error."""
    schema = loader.contract(Article.TABLE).schema
    frame = pl.DataFrame([{name: row.get(name) for name in schema}], schema=schema)
    findings = Region.from_frames({Article.TABLE: frame}).check()
    for one in findings:
        if one.table == Article.TABLE and one.severity == "error":
            told = {"table": one.table, "column": one.column, "value": one.value}
            raise Refused(one.code, **{**told, **one.numbers})


def given(why: Why) -> None:
    """Raises Refused: reason_wanted."""
    if not why.text.strip():
        raise Refused("reason_wanted")


def record(
    actor: User,
    act: str,
    article: Article,
    why: Why,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """An entry about an article."""
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=article.pk,
        reason=why.text,
        reason_language=why.language,
        before=before,
        after=after,
    )


def _locked(article_id: str) -> Article:
    return Article.objects.select_for_update().get(pk=article_id, closed=False)


def _made_of(article_id: str) -> set[str]:
    """An article and all that it is made of, at any depth."""
    found, new = {article_id}, {article_id}
    while new:
        parts = ArticleComponent.objects.filter(article__in=new).values_list("component_id", flat=True)
        new = set(parts) - found
        found |= new
    return found
