"""Which compatibility groups may lie together on this node, and in which stores such pairs lie now.

    mixing.in_force().may_mix("C", "D")
    mixing.pairs_by_store(officer, "judge_stock", "unverified")     # what waits for a decision

The rule data say it, with what authorities decided. The room that keeps the decisions tells how to read them
(``decided_by``) when the node starts, so that this one need not know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256

from django.core.cache import cache

from rasr.core.hazard.mixing import Answer, Matrix, Mixing, shipped
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places import queries as places
from rasr.node.records.models import Holding
from rasr.node.records.queries import Actor, register

Kind = tuple[str, str]
"""Compatibility group and article."""
SAID: tuple[Answer, ...] = ("no", "unverified", "conditional")
"""Answers of which there is something to say, the gravest first."""
_readers: list[Callable[[], Matrix]] = []


def decided_by(read: Callable[[], Matrix]) -> None:
    """Name what reads the matrix with the decisions in force; called once, when the node starts."""
    _readers[:] = [read]


def in_force() -> Matrix:
    """What may lie together today, as shipped and as decided here."""
    return _readers[0]() if _readers else shipped()


def pairs_in(actor: Actor, store_id: str) -> dict[Answer, list[Mixing]]:
    """Pairs of groups in a store that may not lie together, may under a condition, or of which nobody has decided.

    Raises Store.DoesNotExist.
    """
    places.store(actor, store_id)
    rows = Holding.objects.filter(store=store_id).exclude(quantity=0).order_by()
    kinds = set(rows.values_list("batch__article__compatibility_group", "batch__article_id").distinct())
    matrix = in_force()
    return {answer: matrix.answered(answer, kinds) for answer in SAID}


def pairs_by_store(actor: Actor, right: str, answer: Answer) -> dict[str, tuple[str, ...]]:
    """Stores in the scope of a right in which pairs with that answer lie, and the pairs, as B+D.

    Worked out once for each change of the register or of the rules.
    """
    matrix, state, scope = in_force(), register(), scope_of(actor, right)
    seen = sha256(f"{scope.key()}:{matrix.digest}".encode()).hexdigest()
    key = f"records:mixing:{answer}:{state.version}:{state.digest}:{seen}"
    known: dict[str, tuple[str, ...]] | None = cache.get(key)
    if known is None:
        known = _by_store(scope, matrix, answer)
        cache.set(key, known, timeout=None)
    return known


def _by_store(scope: Scope, matrix: Matrix, answer: Answer) -> dict[str, tuple[str, ...]]:
    lying: dict[str, set[Kind]] = {}
    columns = ("store_id", "batch__article__compatibility_group", "batch__article_id")
    rows = Holding.objects.filter(scope.stores("store__"), store__isnull=False).exclude(quantity=0).order_by()
    for store_id, group, article_id in rows.values_list(*columns).distinct():
        # which articles lie together matters only of groups that do not lie with themselves
        lying.setdefault(store_id, set()).add((group, article_id if group in matrix.not_with_itself else ""))
    kinds = {store_id: frozenset(found) for store_id, found in lying.items()}
    told = {found: _names(matrix.answered(answer, found)) for found in set(kinds.values())}
    return {store_id: told[found] for store_id, found in sorted(kinds.items()) if told[found]}


def _names(pairs: Iterable[Mixing]) -> tuple[str, ...]:
    return tuple(pair.name for pair in pairs)
