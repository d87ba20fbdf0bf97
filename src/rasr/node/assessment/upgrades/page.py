"""What the page of a project says: works, sums by currency and by rates where there are any, findings, photographs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Finding, Refused
from rasr.node.assessment.models import SecurityVisit, Upgrade, UpgradePhoto
from rasr.node.assessment.upgrades import costs, photographs, queries
from rasr.node.assessment.upgrades.names import kind_name


@dataclass(frozen=True)
class Told:
    """works: name of the kind, and the work; amounts as text. rates: those by which the sums in euro were made.

    unread: it was sealed with another key.
    """

    works: Sequence[tuple[str, costs.Work, str]] = ()
    money: Sequence[tuple[costs.Money, str]] = ()
    cost: str = ""
    given: str = ""
    cost_eur: str = ""
    given_eur: str = ""
    rates: Sequence[queries.Rate] = ()
    findings: Sequence[Finding] = ()
    unread: bool = False


def told(found: Upgrade) -> Told:
    """All of it."""
    try:
        known = queries.costs_of(found)
    except Refused:
        return Told(unread=True)
    cost, given = costs.sums(known.works), costs.sums(known.money)
    rates = [one for one in queries.rates() if one.currency in {*cost, *given}]
    by_name = {one.currency: one.eur_per_unit for one in rates}
    return Told(
        works=[(kind_name(one.kind), one, _amount(one)) for one in known.works],
        money=[(one, _amount(one)) for one in known.money],
        cost=costs.told(cost),
        given=costs.told(given),
        cost_eur=_in_euro(cost, by_name),
        given_eur=_in_euro(given, by_name),
        rates=rates,
        findings=[*costs.unknown(known), *costs.beyond(known, by_name)],
    )


def visits(actor: queries.Actor, found: Upgrade) -> list[tuple[Promise, SecurityVisit]]:
    """The assessments before and after that somebody may see, by their names."""
    named = ((_("Assessment before"), found.visit_before_id), (_("Assessment after"), found.visit_after_id))
    seen = {one.pk: one for one in queries.visits(actor, found.site_id) if one.pk in {pk for _name, pk in named}}
    return [(name, seen[pk]) for name, pk in named if pk in seen]


def photographs_told(found: UpgradePhoto) -> str:
    """The line below a photograph; empty where it cannot be read."""
    try:
        return photographs.caption(found)
    except Refused:
        return ""


def photographs_of(found: Upgrade) -> list[tuple[UpgradePhoto, str]]:
    """The photographs with the lines below them."""
    return [(one, photographs_told(one)) for one in queries.photos(found)]


def _amount(one: costs.Work | costs.Money) -> str:
    return "" if one.cents is None else f"{one.currency} {costs.written(one.cents)}"


def _in_euro(by_currency: Mapping[str, int], rates: Mapping[str, float]) -> str:
    """Only where there is another currency than euro, and a rate for each."""
    cents = costs.in_euro(by_currency, rates) if set(by_currency) - {costs.EURO} else None
    return "" if cents is None else costs.told({costs.EURO: cents})
