"""Refusals as sentences for who filled in a form: records by their own names, not by the ids of the node."""

from __future__ import annotations

from collections.abc import Sequence

from rasr.core.basis.findings import Refused
from rasr.node.records.movements.queries import Held
from rasr.node.records.services import LinesRefused
from rasr.node.web.messages import say


def lines(fault: LinesRefused, chosen: Sequence[tuple[Held, int | None]]) -> list[str]:
    """A sentence for each line that was refused, each once."""
    names = {str(row.batch.pk): f"{row.batch.article.name}, {row.batch.stock_id}" for row, _ in chosen}
    names |= {str(row.item.pk): str(row.item) for row, _ in chosen if row.item is not None}
    said = [say(_named(one, names)) for _position, one in fault.lines]
    return list(dict.fromkeys(said))


def _named(fault: Refused, names: dict[str, str]) -> Refused:
    told = {key: names.get(value, value) if isinstance(value, str) else value for key, value in fault.numbers.items()}
    return Refused(fault.code, **told)
