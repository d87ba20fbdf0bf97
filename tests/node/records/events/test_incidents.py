"""Incidents: reported at once and once only, filled in, figures side by side, closed when nothing is left to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.lots.people import WHY, People, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.people.models import Entry, Grant, User
from rasr.node.places.models import Site, Store
from rasr.node.records.events import queries, services
from rasr.node.records.events.figures import beside
from rasr.node.records.events.services import Hurt, Report
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Action, Incident

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)
HURT = Hurt("injured", "male", "civilian", 2, "hospital", DAY)


@pytest.fixture
def who() -> People:
    """Everybody."""
    return people()


def told(actor: User, store_id: str | None = "S1", key: UUID | None = None, **more: Any) -> Incident:
    """A fire in S1."""
    known = Report("accident", "A box burnt.", **more)
    return services.report(
        actor=actor, incident_id=key or uuid7(), site_id="A", store_id=store_id, known=known, hurt=(HURT,)
    )


def test_sent_twice_it_is_reported_once(who: People) -> None:
    key = uuid7()
    assert told(who.keeper, key=key) == told(who.keeper, key=key)
    assert Incident.objects.get().casualties.count() == 1
    with pytest.raises(Incident.DoesNotExist):
        told(who.officer, key=key)


def test_it_is_on_the_trail_with_its_place_and_its_figures(who: People) -> None:
    made = told(who.keeper)
    entries = Entry.objects.filter(row_id=str(made.pk))
    assert set(entries.values_list("act", flat=True)) == {"incident.report", "incident.figure"}
    assert set(entries.values_list("site_id", flat=True)) == {"A"}


def test_it_cannot_have_happened_tomorrow(who: People) -> None:
    with pytest.raises(Refused) as fault:
        told(who.keeper, happened_at=timezone.now() + timedelta(days=1))
    assert fault.value.code == "day_in_future"
    assert not Incident.objects.exists()


def test_who_does_not_keep_the_place_reports_nothing_of_it(who: People) -> None:
    with pytest.raises(Store.DoesNotExist):
        told(who.stranger)
    with pytest.raises(Site.DoesNotExist):
        told(who.stranger, store_id=None)
    with pytest.raises(PermissionDenied):
        told(somebody("auditor", "auditor"))


def test_it_is_seen_and_filled_in_by_whose_place_it_is(who: People) -> None:
    made = told(who.keeper)
    assert queries.incident(who.officer, made.pk) == made
    with pytest.raises(Incident.DoesNotExist):
        queries.incident(who.stranger, made.pk)
    found = services.complete(actor=who.officer, incident_id=made.pk, facts={"cause_found": "a cable"}, why=WHY)
    assert (found.cause_found, found.state, found.what) == ("a cable", "under_way", "A box burnt.")
    with pytest.raises(Incident.DoesNotExist):
        services.complete(actor=who.stranger, incident_id=made.pk, facts={"cause_found": "x"}, why=WHY)
    with pytest.raises(PermissionDenied):
        services.complete(actor=who.keeper, incident_id=made.pk, facts={"cause_found": "x"}, why=WHY)
    with pytest.raises(Refused):
        services.complete(actor=who.officer, incident_id=made.pk, facts={"cause_found": "y"}, why=Why())


def test_somebody_who_has_one_store_sees_what_happened_there_alone(who: People) -> None:
    of_store = User.objects.create_user("of-store")
    Grant.objects.create(user=of_store, role="storekeeper", store_id="S1")
    here, _beside, _outside = told(who.keeper), told(who.keeper, "S2"), told(who.keeper, None)
    assert list(queries.incidents(of_store)) == [here]


def test_figures_stand_side_by_side(who: People) -> None:
    made = told(who.keeper)
    later = [
        Hurt("injured", "male", "civilian", 1, "hospital", date(2026, 1, 6)),
        Hurt("killed", "male", "civilian", 1, "hospital", date(2026, 1, 6)),
        Hurt("injured", "female", "military", 4, "army", date(2026, 1, 6)),
    ]
    assert len(services.state_figures(actor=who.officer, incident_id=made.pk, hurt=later)) == 3
    assert services.state_figures(actor=who.officer, incident_id=made.pk, hurt=later) == []
    found = beside(queries.figures_of(made))
    assert [(one.source, one.stated_on.day) for one in found.statements] == [
        ("hospital", 5),
        ("hospital", 6),
        ("army", 6),
    ]
    assert [one.numbers for one in found.lines] == [[None, 1, None], [2, 1, None], [None, None, 4]]
    assert [sums for _harm, sums in found.totals] == [[None, 1, None], [2, 1, 4]]


def test_a_second_figure_of_the_same_day_stands_too(who: People) -> None:
    made = told(who.keeper)
    other = Hurt("injured", "male", "civilian", 3, "hospital", DAY)
    services.state_figures(actor=who.keeper, incident_id=made.pk, hurt=[other])
    assert [one.numbers for one in beside(queries.figures_of(made)).lines] == [[2, 3]]


def test_figures_without_a_number_are_refused(who: People) -> None:
    made = told(who.keeper)
    with pytest.raises(Refused) as fault:
        services.state_figures(actor=who.keeper, incident_id=made.pk, hurt=[])
    assert fault.value.code == "figures_wanted"
    with pytest.raises(Incident.DoesNotExist):
        services.state_figures(actor=who.stranger, incident_id=made.pk, hurt=[HURT])


def test_it_is_closed_when_every_action_is_done(who: People) -> None:
    made, key = told(who.keeper), uuid7()
    plan = {"action_id": key, "of": made, "text": "Mend the cable.", "responsible": "", "due_on": DAY}
    action = services.plan_action(actor=who.keeper, **plan)
    assert services.plan_action(actor=who.keeper, **plan) == action
    with pytest.raises(Refused) as fault:
        services.close(actor=who.officer, incident_id=made.pk, why=WHY)
    assert (fault.value.code, fault.value.numbers) == ("actions_open", {"number": 1})
    with pytest.raises(Action.DoesNotExist):
        services.finish_action(actor=who.stranger, action_id=key, done_on=DAY, done_text="x")
    done = services.finish_action(actor=who.keeper, action_id=key, done_on=DAY, done_text="Mended.")
    assert (done.done_by, done.done_on) == (who.keeper, DAY)
    with pytest.raises(Refused) as again:
        services.finish_action(actor=who.keeper, action_id=key, done_on=DAY, done_text="Mended.")
    assert again.value.code == "action_done"
    assert services.close(actor=who.officer, incident_id=made.pk, why=WHY).closed_at is not None
    with pytest.raises(Refused) as closed:
        services.close(actor=who.officer, incident_id=made.pk, why=WHY)
    assert closed.value.code == "incident_closed"
