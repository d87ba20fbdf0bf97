"""Works and money of a project: cents of the currency that each row names, added across currencies only by a rate.

>>> sums([Work("fence", "North side", 1250, "EUR"), Work("locks", "", None, ""), Work("doors", "", 50, "USD")])
{'EUR': 1250, 'USD': 50}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from rasr.core.basis.findings import Finding
from rasr.core.reference import loader
from rasr.node.assessment.security import sealed

CENTS = 100
EURO = "EUR"
CURRENCY = r"[A-Z]{3}"
MOST_CENTS = 10**14
WORKS, MONEY = "works", "money"
SEALED = "rasr upgrade works"


@dataclass(frozen=True)
class Work:
    """One of the works. kind: of the catalogue of works. cents: None is unknown. clause: what it meets."""

    kind: str
    what: str
    cents: int | None
    currency: str
    clause: str = ""


@dataclass(frozen=True)
class Money:
    """What one donor gives."""

    donor: str
    cents: int
    currency: str


@dataclass(frozen=True)
class Costs:
    """Both of a project."""

    works: tuple[Work, ...] = ()
    money: tuple[Money, ...] = ()

    def kept(self, upgrade_id: UUID) -> dict[str, Any]:
        """As the columns of a project hold them."""
        told = json.dumps([asdict(one) for one in self.works])
        return {"works": sealed.seal_row(SEALED, upgrade_id, told), "money": [asdict(one) for one in self.money]}

    def counted(self) -> dict[str, Any]:
        """What may stand on the trail: how many works and how much, not which."""
        return {"works": len(self.works), "cost": sums(self.works), "money": sums(self.money)}


def read(upgrade_id: UUID, works: str, money: Iterable[Mapping[str, Any]]) -> Costs:
    """From the columns of a project. Raises Refused: security_unreadable, where it was sealed with another key."""
    told = json.loads(sealed.open_row(SEALED, upgrade_id, works)) if works else []
    return Costs(tuple(Work(**one) for one in told), tuple(Money(**one) for one in money))


def sums(rows: Iterable[Work | Money]) -> dict[str, int]:
    """Cents by currency, in the order of the currencies; what is unknown is left out."""
    found: dict[str, int] = {}
    for one in rows:
        if one.cents is not None:
            found[one.currency] = found.get(one.currency, 0) + one.cents
    return dict(sorted(found.items()))


def in_euro(by_currency: Mapping[str, int], rates: Mapping[str, float]) -> int | None:
    """Cents of a euro, rounded once; None where a currency has no rate. rates: euro for one unit."""
    known: dict[str, Fraction] = {EURO: Fraction(1)} | {name: Fraction(str(rate)) for name, rate in rates.items()}
    if not by_currency or not set(by_currency) <= set(known):
        return None
    return round(sum(cents * known[name] for name, cents in by_currency.items()))


def kinds() -> tuple[str, ...]:
    """The kinds of works of the catalogue."""
    return tuple(loader.contract("works").by_name["kind"].allowed)


def faults(costs: Costs) -> list[Finding]:
    """All that is wrong at once, by row: kinds, currencies, costs below zero, nameless donors, too much money."""
    found = [one for row, work in enumerate(costs.works, 1) for one in _of_work(row, work)]
    found += [one for row, money in enumerate(costs.money, 1) for one in _of_money(row, money)]
    return found or _too_much(costs)


def unknown(costs: Costs) -> list[Finding]:
    """The works whose cost is unknown: allowed, and said by name."""
    return [
        Finding("upgrade_cost_unknown", "note", WORKS, row, "cents", numbers={"what": named(work)})
        for row, work in enumerate(costs.works, 1)
        if work.cents is None
    ]


def named(work: Work) -> str:
    """What a row is called where something is said of it."""
    return work.what or work.kind


def _of_work(row: int, work: Work) -> Iterable[Finding]:
    if work.kind not in kinds():
        yield Finding("upgrade_kind_wanted", "error", WORKS, row, "kind")
    if work.cents is not None and work.cents < 0:
        yield Finding("upgrade_cost_negative", "error", WORKS, row, "cents", numbers={"what": named(work)})
    if work.cents is not None and not work.currency:
        yield Finding("upgrade_currency_wanted", "error", WORKS, row, "currency")


def _of_money(row: int, money: Money) -> Iterable[Finding]:
    if not money.donor:
        yield Finding("upgrade_donor_wanted", "error", MONEY, row, "donor")
    if money.cents < 0:
        yield Finding("upgrade_cost_negative", "error", MONEY, row, "cents", numbers={"what": money.donor})
    if not money.currency:
        yield Finding("upgrade_currency_wanted", "error", MONEY, row, "currency")


def _too_much(costs: Costs) -> list[Finding]:
    """More money than cost, where every cost is known and both stand in one currency: there it is exact."""
    cost, money = sums(costs.works), sums(costs.money)
    if unknown(costs) or not money or len(cost) != 1 or set(money) != set(cost):
        return []
    (currency, cents), (given,) = next(iter(cost.items())), money.values()
    if given <= cents:
        return []
    numbers = {"given": written(given), "cost": written(cents), "currency": currency}
    return [Finding("upgrade_money_above_cost", "error", MONEY, numbers=numbers)]


def beyond(costs: Costs, rates: Mapping[str, float]) -> list[Finding]:
    """What can only be told by rates: that donors give more than it costs, or that no rate lets one compare."""
    cost, money = sums(costs.works), sums(costs.money)
    missing = sorted({*cost, *money} - {EURO, *rates})
    if len({*cost, *money}) <= 1:
        return []
    if missing:
        return [Finding("upgrade_rate_missing", "note", MONEY, numbers={"currencies": ", ".join(missing)})]
    in_all, given = in_euro(cost, rates), in_euro(money, rates)
    if unknown(costs) or in_all is None or given is None or given <= in_all:
        return []
    numbers = {"given": written(given), "cost": written(in_all), "currency": EURO}
    return [Finding("upgrade_money_above_cost", "warning", MONEY, numbers=numbers)]


def date_faults(start_on: date | None, handover_on: date | None) -> list[Finding]:
    """A handover before the start."""
    if start_on is None or handover_on is None or handover_on >= start_on:
        return []
    days = {"start": start_on.isoformat(), "handover": handover_on.isoformat()}
    return [Finding("upgrade_handover_before_start", "error", column="handover_on", numbers=days)]


def written(cents: int) -> str:
    """An amount with its cents, exactly.

    >>> written(1234567), written(-5)
    ('12345.67', '-0.05')
    """
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // CENTS}.{whole % CENTS:02d}"


def told(by_currency: Mapping[str, int]) -> str:
    """Sums beside each other, as they stand in a list or in a request.

    >>> told({"EUR": 100, "USD": 250})
    'EUR 1.00, USD 2.50'
    """
    return ", ".join(f"{name} {written(cents)}" for name, cents in by_currency.items())


def in_order(costs: Costs) -> Sequence[tuple[str, int]]:
    """How many works there are of each kind, in the order of the catalogue."""
    return [(kind, number) for kind in kinds() if (number := sum(one.kind == kind for one in costs.works))]
