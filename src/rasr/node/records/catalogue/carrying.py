"""What is known of a lot goes with its stock when its article is merged: bans, constraints and tests are never lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, Constraint, Lot, SurveillanceTest

SAME_LIMIT = ("kind", "text", "reference", "imposed_on")
SAME_TEST = ("tested_on", "method", "value", "unit", "verdict")
"""By these a constraint, or a test, is known to be there already."""
OF_LOT = ("number", "normalised", "identity", "maker", "country_made", "year_made", "shelf_life_until", "notes")
OF_LIMIT = (*SAME_LIMIT, "reason", "imposed_by_id")
OF_TEST = (*SAME_TEST, "laboratory", "reference", "next_on", "recorded_by_id")


@dataclass
class Carrier:
    """Finds for lots the lots of another article; each once."""

    actor: User
    article: Article
    why: Why
    found: dict[UUID, UUID] = field(default_factory=dict)
    done: set[tuple[UUID, UUID]] = field(default_factory=set)

    def lot_of(self, lot: Lot | None) -> UUID | None:
        """The lot of this number of the article; made where there is none. It has all that limits the given one."""
        if lot is None:
            return None
        if lot.pk not in self.found:
            target = Lot.objects.filter(article=self.article, number=lot.number).first() or self._copy(lot)
            self.to(lot, target)
            self.found[lot.pk] = target.pk
        return self.found[lot.pk]

    def to(self, source: Lot | None, target: Lot | None) -> None:
        """Carry what is in force, and every test, from one lot to another, as far as it is not there."""
        if source is None or target is None or source.pk == target.pk or (source.pk, target.pk) in self.done:
            return
        self.done.add((source.pk, target.pk))
        self._limits(source, target)
        tests = source.tests.all()
        there = {tuple(getattr(test, name) for name in SAME_TEST) for test in target.tests.all()}
        SurveillanceTest.objects.bulk_create(
            SurveillanceTest(lot=target, **{name: getattr(test, name) for name in OF_TEST})
            for test in tests
            if tuple(getattr(test, name) for name in SAME_TEST) not in there
        )
        latest = target.tests.order_by("-tested_on").first()
        day = latest.next_on if latest is not None else source.next_test_on
        if day is not None and day != target.next_test_on:
            target.next_test_on = day
            target.save(update_fields=["next_test_on", "changed_at"])

    def _limits(self, source: Lot, target: Lot) -> None:
        in_force = Constraint.objects.filter(lifted_on=None)
        there = set(in_force.filter(lot=target).values_list(*SAME_LIMIT))
        for limit in in_force.filter(lot=source):
            if tuple(getattr(limit, name) for name in SAME_LIMIT) in there:
                continue
            facts = {name: getattr(limit, name) for name in OF_LIMIT}
            made = Constraint.objects.create(article_id=target.article_id, lot=target, **facts)
            after = {"kind": made.kind, "article": target.article_id, "lot": target.pk, "text": made.text}
            self._record("constraint.impose", made, after)

    def _copy(self, lot: Lot) -> Lot:
        made = Lot.objects.create(article=self.article, **{name: getattr(lot, name) for name in OF_LOT})
        self._record("lot.make", made, {"article": self.article.pk, "number": lot.number, "from": lot.pk})
        return made

    def _record(self, act: str, row: Lot | Constraint, after: dict[str, object]) -> None:
        trail.record(
            actor=self.actor,
            act=act,
            table=row._meta.db_table,
            row_id=row.pk,
            reason=self.why.text,
            reason_language=self.why.language,
            after=after,
        )
