"""Which compatibility groups may lie together on this node, and in which stores such pairs lie now.

    mixing.in_force().may_mix("C", "D")
    mixing.pairs_by_store(officer, "judge_stock")["unverified"]     # what waits for a decision

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
Lying = dict[Answer, dict[str, tuple[str, ...]]]
"""Answer to stores to the pairs of groups there, as B+D."""
SAID: tuple[Answer, ...] = ("no", "unverified", "conditional")
"""Answers of which there is something to say, the gravest first."""
_readers: list[Callable[[], Matrix]] = []


def decided_by(read: Callable[[], Matrix]) -> None:
    """Name what reads the matrix with the decisions in force; called once, when the node starts."""
    _readers[:] = [read]


def in_force() -> Matrix:
    """What may lie together today, as shipped and as decided here."""
    return _readers[0]() if _readers else shipped()


def pairs_in(actor: Actor, store_id: str) -> list[Mixing]:
    """Pairs of groups in a store of which there is something to say (``SAID``), the gravest first.

    Raises Store.DoesNotExist.
    """
    places.store(actor, store_id)
    rows = Holding.objects.filter(store=store_id).exclude(quantity=0).order_by()
    kinds = set(rows.values_list("batch__article__compatibility_group", "batch__article_id").distinct())
    matrix = in_force()
    return [pair for answer in SAID for pair in matrix.answered(answer, kinds)]


def pairs_by_store(actor: Actor, right: str) -> Lying:
    """The stores in the scope of a right in which pairs lie of which there is something to say.

    Worked out once for each change of the register or of the rules.
    """
    return _known(scope_of(actor, right))


def everywhere() -> Lying:
    """``pairs_by_store`` of every store, for the node itself."""
    return _known(Scope(True, frozenset(), frozenset(), frozenset()))


def _known(scope: Scope) -> Lying:
    matrix, state = in_force(), register()
    seen = sha256(f"{scope.key()}:{matrix.digest}".encode()).hexdigest()
    key = f"records:mixing:{state.version}:{state.digest}:{seen}"
    known: Lying | None = cache.get(key)
    if known is None:
        known = _by_store(scope, matrix)
        cache.set(key, known, timeout=None)
    return known


def _by_store(scope: Scope, matrix: Matrix) -> Lying:
    lying: dict[str, set[Kind]] = {}
    columns = ("store_id", "batch__article__compatibility_group", "batch__article_id")
    rows = Holding.objects.filter(scope.stores("store__")).exclude(quantity=0).order_by()
    for store_id, group, article_id in rows.values_list(*columns).distinct():
        # which articles lie together matters only of groups that do not lie with themselves
        lying.setdefault(store_id, set()).add((group, article_id if group in matrix.not_with_itself else ""))
    kinds = {store_id: frozenset(found) for store_id, found in sorted(lying.items())}
    told = {found: {answer: _names(matrix.answered(answer, found)) for answer in SAID} for found in set(kinds.values())}
    return {
        answer: {store_id: pairs for store_id, found in kinds.items() if (pairs := told[found][answer])}
        for answer in SAID
    }


def _names(pairs: Iterable[Mixing]) -> tuple[str, ...]:
    return tuple(pair.name for pair in pairs)
