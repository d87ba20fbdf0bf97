"""Upgrade projects, programmes and photographs that somebody may see: what locks a place has is for few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Programme, SecurityVisit, Upgrade, UpgradePhoto, UpgradeState
from rasr.node.assessment.security import queries as security
from rasr.node.assessment.upgrades import costs
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Organisation, Site, Store
from rasr.node.records.events import due
from rasr.node.records.models import ExchangeRate

Actor = User | AnonymousUser
VIEW, MANAGE = "view_upgrades", "manage_upgrades"
KIND, HANDOVER = "approve_upgrade", "hand_over_upgrade"
STILL_OPEN = (UpgradeState.PROPOSED, UpgradeState.APPROVED, UpgradeState.UNDER_WAY)
NONE = Q(pk__in=())


@dataclass(frozen=True)
class Rate:
    """Euro for one unit of a currency, as the register has it last."""

    currency: str
    eur_per_unit: float
    on: date
    source: str


@dataclass(frozen=True)
class Counted:
    """Of one kind of place: what a programme states, and how many of its projects are there. stated: None not given."""

    kind: str
    stated: int | None
    counted: int

    @property
    def difference(self) -> int | None:
        """Stated less counted."""
        return None if self.stated is None else self.stated - self.counted


def upgrades(actor: Actor, right: str = VIEW) -> QuerySet[Upgrade]:
    """Projects in scope: of a store by the store, of a whole site by the site."""
    rows = Upgrade.objects.select_related("site__organisation", "store", "programme", "proposed_by", "approved_by")
    return rows.filter(_here(actor, right))


def upgrade(actor: Actor, upgrade_id: UUID, right: str = VIEW) -> Upgrade:
    """One of them. Raises Upgrade.DoesNotExist, also for what is out of scope."""
    return upgrades(actor, right).get(pk=upgrade_id)


def costs_of(found: Upgrade) -> costs.Costs:
    """Works and money of a project. Raises Refused: security_unreadable, where they were sealed with another key."""
    return costs.read(found.pk, found.works, found.money)


def readable_costs(found: Upgrade) -> costs.Costs:
    """Works and money of a project; none where they were sealed with another key and are to be written down anew."""
    try:
        return costs_of(found)
    except Refused:
        return costs.Costs()


def visits(actor: Actor, site_id: str) -> QuerySet[SecurityVisit]:
    """The assessments of a site that a project can name: finished ones, for who may see them."""
    return security.visits(actor).filter(site_id=site_id, finished_at__isnull=False, withdrawn_at=None)


def photos(found: Upgrade) -> QuerySet[UpgradePhoto]:
    """Photographs of a project without what is in them."""
    return found.photos.defer("content")


def photo(actor: Actor, photo_id: UUID, right: str = VIEW) -> UpgradePhoto:
    """One photograph. Raises UpgradePhoto.DoesNotExist, also for what is out of scope."""
    found = UpgradePhoto.objects.select_related("upgrade").get(pk=photo_id)
    if not upgrades(actor, right).filter(pk=found.upgrade_id).exists():
        raise UpgradePhoto.DoesNotExist
    return found


def waiting(actor: Actor, found: Upgrade) -> Approval | None:
    """The request for a second person that is open, if somebody may see it."""
    asked = approvals.visible(actor).filter(kind__in=(KIND, HANDOVER), state=ApprovalState.ASKED)
    return asked.filter(payload__upgrade_id=str(found.pk)).order_by("asked_at").last()


def programmes(actor: Actor, right: str = VIEW) -> QuerySet[Programme]:
    """Programmes of organisations that are whole in scope."""
    if not may(actor, right):
        return Programme.objects.none()
    scope = scope_of(actor, right)
    here = Q() if scope.everything else Q(organisation_id__in=scope.organisation_ids)
    return Programme.objects.filter(here).select_related("organisation")


def beside(actor: Actor) -> list[tuple[Programme, list[Counted]]]:
    """Of each programme what is stated and what is counted; neither is made to fit the other.

    Counted: projects that somebody may see and that were not abandoned.
    """
    rows = upgrades(actor).exclude(programme=None).exclude(state=UpgradeState.ABANDONED)
    counted = Counter(rows.order_by().values_list("programme_id", "site__kind"))
    return [(one, _counted(one, counted)) for one in programmes(actor)]


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Those for which somebody may enter a programme."""
    if not may(actor, MANAGE):
        return Organisation.objects.none()
    scope = scope_of(actor, MANAGE)
    here = Q() if scope.everything else Q(pk__in=scope.organisation_ids)
    return Organisation.objects.filter(here, closed=False).order_by("name", "pk")


def sites(actor: Actor) -> QuerySet[Site]:
    """Sites for the whole of which somebody may propose a project."""
    if not may(actor, MANAGE):
        return Site.objects.none()
    return Site.objects.filter(scope_of(actor, MANAGE).sites(), closed=False).order_by("name", "pk")


def stores(actor: Actor) -> QuerySet[Store]:
    """Stores for which somebody may propose a project."""
    if not may(actor, MANAGE):
        return Store.objects.none()
    rows = Store.objects.filter(scope_of(actor, MANAGE).stores(), closed=False)
    return rows.select_related("site").order_by("pk")


def rates() -> list[Rate]:
    """The latest rate of each currency up to today."""
    rows = ExchangeRate.objects.filter(on__lte=timezone.localdate()).order_by("currency", "on")
    found = {row.currency: Rate(row.currency, row.eur_per_unit, row.on, row.source) for row in rows}
    return list(found.values())


def overdue() -> Q:
    """A filter to projects whose planned handover has passed."""
    return Q(state__in=STILL_OPEN, handover_planned_on__lt=timezone.localdate())


def due_for(actor: Actor, today: date) -> Iterator[due.Due]:
    """Handovers that are due for who manages the project."""
    if not may(actor, MANAGE):
        return iter(())

    def told(one: Upgrade) -> due.Due:
        where = one.store_id or one.site.name
        key = (str(one.pk),)
        return due.Due("upgrade", one.name, where, one.handover_planned_on, "assessment:upgrade", key, today)

    rows = upgrades(actor, MANAGE).filter(state__in=STILL_OPEN, handover_planned_on__lte=today + due.AHEAD)
    return due.cut(rows.order_by("handover_planned_on"), told)


def _counted(programme: Programme, counted: Counter[tuple[UUID, str]]) -> list[Counted]:
    kinds = {kind for key, kind in counted if key == programme.pk}
    # by name: PostgreSQL does not keep the order of what is stated
    names = sorted({*programme.stated, *kinds})
    return [Counted(kind, programme.stated.get(kind), counted[programme.pk, kind]) for kind in names]


def _here(actor: Actor, right: str) -> Q:
    if not may(actor, right):
        return NONE
    scope = scope_of(actor, right)
    return Q() if scope.everything else scope.sites("site__") | scope.stores("store__")
