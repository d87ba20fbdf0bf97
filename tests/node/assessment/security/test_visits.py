"""Visits: begun, answered, merged question by question, settled by a person, finished; and who may know of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings
from django.utils import timezone
from tests.node.assessment.security import planted_visits as planted
from tests.node.conftest import Places

from rasr.core.assessment.security import questions
from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import bridge, queries, services
from rasr.node.assessment.security.services import FaultyAnswersError, Given
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site, Store
from rasr.node.records.events import due

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(officer: User, places: Places) -> SecurityVisit:
    """A visit under way."""
    return planted.begin(officer, places.site_id)


def body(visit: SecurityVisit) -> bridge.Body:
    """What is in a visit now."""
    return bridge.opened(SecurityVisit.objects.get(pk=visit.pk))


def refusal(act: Callable[[], Any]) -> str:
    """The code by which something is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def stamp(visit: SecurityVisit, question: str) -> str:
    """What somebody sees of a question now."""
    return bridge.stamp(body(visit).by_key().get((None, question), []))


def test_an_owner_and_a_mate_see_it_and_a_stranger_does_not(
    visit: SecurityVisit, officer: User, joins: Callable[..., User], stranger: User, places: Places
) -> None:
    mate = joins("mate", "planner", organisation_id=places.organisation_id)
    planted.answer(officer, visit, (planted.asked(visit)[0], "met"))
    services.finish(actor=officer, visit_id=visit.pk)
    for somebody in (officer, mate):
        assert queries.visit(somebody, visit.pk) == visit
        assert queries.answers(somebody).height == 1
        assert queries.scores_of(somebody, places.site_id).places.height == 1
    others = joins("others", "planner", organisation_id=places.other_organisation_id)
    for somebody in (stranger, others):
        assert not queries.visits(somebody).exists()
        assert queries.answers(somebody).height == 0
        assert places.site_id not in [one.site.pk for one in queries.standings(somebody)]
        with pytest.raises(SecurityVisit.DoesNotExist):
            queries.visit(somebody, visit.pk)
        with pytest.raises(Site.DoesNotExist):
            queries.scores_of(somebody, places.site_id)
        with pytest.raises(Site.DoesNotExist):
            planted.begin(somebody, places.site_id)
        for act in (services.finish, services.keep, services.withdraw):
            more: dict[str, Any] = {services.keep: {"given": []}, services.withdraw: {"reason": "So."}}.get(act, {})
            with pytest.raises(SecurityVisit.DoesNotExist):
                act(actor=somebody, visit_id=visit.pk, **more)


@pytest.mark.usefixtures("visit")
def test_who_keeps_the_stock_may_not_know_of_it(storekeeper: User, administrator: User, places: Places) -> None:
    for somebody in (storekeeper, administrator):
        assert not queries.visits(somebody).exists()
        assert queries.standings(somebody) == []
        with pytest.raises(PermissionDenied):
            planted.begin(somebody, places.site_id)


def test_an_auditor_reads_and_changes_nothing(visit: SecurityVisit, auditor: User) -> None:
    assert queries.visit(auditor, visit.pk) == visit
    with pytest.raises(PermissionDenied):
        planted.answer(auditor, visit, ("KEY-01", "met"))


def test_a_retry_gives_the_same_visit(visit: SecurityVisit, officer: User, places: Places) -> None:
    assert planted.begin(officer, places.site_id, visit_id=visit.pk) == visit
    assert SecurityVisit.objects.count() == 1


def test_what_does_not_fit_the_site_or_the_day_is_refused(officer: User, places: Places) -> None:
    assert refusal(lambda: planted.begin(officer, places.site_id, set_id="magic")) == "unknown_rule"
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refusal(lambda: planted.begin(officer, places.site_id, visited_on=tomorrow)) == "day_in_future"


def test_what_differs_stays_until_a_person_settles_it(visit: SecurityVisit, officer: User) -> None:
    one, two = planted.asked(visit)[:2]
    assert planted.answer(officer, visit, (one, "met"), (two, "met"), note="Mine.") == services.Kept(2, [])
    kept = planted.answer(officer, visit, (one, "not_met"), (two, "met"), note="Theirs.")
    assert kept.conflicts == [(None, one)]
    assert sorted(row["answer"] for row in body(visit).by_key()[None, one]) == ["met", "not_met"]
    (same,) = body(visit).by_key()[None, two]
    assert set(same["note"].split(" ¶ ")) == {"Mine.", "Theirs."}
    assert refusal(lambda: services.finish(actor=officer, visit_id=visit.pk)) == "security_conflicts_open"
    about: dict[str, Any] = {"actor": officer, "visit_id": visit.pk, "question_id": one, "store_id": None}
    assert refusal(lambda: services.settle(**about, answer="partly", reason="So.")) == "no_conflict"
    assert refusal(lambda: services.settle(**about, answer="met", reason=" ")) == "reason_wanted"
    assert services.settle(**about, answer="not_met", reason="Looked again.").conflicts == []
    assert [row["answer"] for row in body(visit).by_key()[None, one]] == ["not_met"]
    assert body(visit).settled[0]["answers"] == ["met", "not_met"]
    assert len(body(visit).said) == 4
    services.finish(actor=officer, visit_id=visit.pk)
    assert refusal(lambda: planted.answer(officer, visit, (two, "met"))) == "security_visit_closed"


def test_who_saw_an_answer_may_change_it_and_nothing_is_lost(visit: SecurityVisit, officer: User) -> None:
    question = planted.asked(visit)[0]
    planted.answer(officer, visit, (question, "met"), note="As it seemed.")
    kept = planted.answer(officer, visit, (question, "partly"), note="On a second look.", seen=stamp(visit, question))
    assert kept == services.Kept(1, [])
    (now,) = body(visit).answers
    assert (now["answer"], now["note"]) == ("partly", "On a second look.")
    assert [row["answer"] for row in body(visit).said] == ["met", "partly"]


def test_what_was_sent_before_changes_nothing(visit: SecurityVisit, officer: User) -> None:
    question = planted.asked(visit)[0]
    planted.answer(officer, visit, (question, "met"), note="Seen.")
    assert planted.answer(officer, visit, (question, "met"), note="Seen.") == services.Kept(0, [])


def test_every_fault_is_told_at_once_and_nothing_is_kept(visit: SecurityVisit, officer: User, places: Places) -> None:
    one, two, three = planted.asked(visit)[:3]
    foreign = Store.objects.exclude(site_id=places.site_id)[0]
    given = [
        Given(one, "met"),
        Given(two, "perfect"),
        Given("NOT-ASKED", "met"),
        Given(three, "met", store_id=foreign.pk),
        Given(three, "met", note="The gap is at 42.12345, 20.54321."),
        Given(two, "met", photographs=("no such",)),
    ]
    with pytest.raises(FaultyAnswersError) as refused:
        services.keep(actor=officer, visit_id=visit.pk, given=given)
    told = {(fault.row, fault.column) for _question, fault in refused.value.found}
    assert told >= {(2, "answer"), (3, "question_id"), (4, "store_id"), (5, "note"), (6, "photographs")}
    assert body(visit) == bridge.Body()


def test_a_store_has_answers_of_its_own(visit: SecurityVisit, officer: User, places: Places) -> None:
    question, store = planted.asked(visit)[0], Store.objects.filter(site_id=places.site_id)[0]
    planted.answer(officer, visit, (question, "met"))
    assert planted.answer(officer, visit, (question, "not_met"), store_id=store.pk).conflicts == []
    services.finish(actor=officer, visit_id=visit.pk)
    found = queries.points_of(officer, places.site_id).filter(question_id=question)
    assert dict(found.select("store_id", "answer").iter_rows()) == {None: "met", store.pk: "not_met"}


def test_two_half_filled_visits_become_one(visit: SecurityVisit, officer: User, places: Places) -> None:
    one, two, three = planted.asked(visit)[:3]
    other = planted.begin(officer, places.site_id)
    planted.answer(officer, visit, (one, "met"), (two, "met"))
    planted.answer(officer, other, (two, "not_met"), (three, "partly"))
    planted.photograph(officer, visit)
    planted.photograph(officer, other)
    kept = services.take_over(actor=officer, visit_id=visit.pk, other_id=other.pk)
    assert kept.conflicts == [(None, two)]
    assert {row["question_id"] for row in body(visit).answers} == {one, two, three}
    other.refresh_from_db()
    assert other.merged_into == visit
    assert other.withdrawn_at is not None


def test_a_changed_set_keeps_what_still_holds(
    visit: SecurityVisit, officer: User, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = planted.asked(visit)[:2]
    planted.answer(officer, visit, (one, "met"), (two, "partly"))
    services.finish(actor=officer, visit_id=visit.pk)
    shipped = questions.question_set

    def changed(set_id: str, version: int | None = None) -> questions.QuestionSet:
        then = shipped(set_id, 1)
        if version == 1:
            return then
        kept = [replace(each, scale="yes_no") if each.question_id == two else each for each in then.questions]
        return questions.QuestionSet(set_id, 2, (*kept[1:], replace(kept[0], question_id="NEW-01")))

    monkeypatch.setattr(questions, "question_set", changed)
    later = planted.begin(officer, places.site_id)
    assert later.set_version == 2
    found = queries.compared(officer, later)
    assert found is not None
    assert found[0] == visit
    assert found[1].new == ("NEW-01",)
    assert two in found[1].again


def test_a_site_is_due_when_the_interval_has_passed(
    visit: SecurityVisit, officer: User, places: Places, django_assert_num_queries: Any
) -> None:
    def standing() -> queries.Standing:
        return next(one for one in queries.standings(officer) if one.site.pk == places.site_id)

    assert (standing().last, standing().is_due, standing().open) == (None, True, 1)
    planted.answer(officer, visit, (planted.asked(visit)[0], "met"))
    services.finish(actor=officer, visit_id=visit.pk)
    assert (standing().last, standing().is_due, standing().open) == (visit, False, 0)
    assert standing().due_on == timezone.localdate() + timedelta(days=365)
    with override_settings(NODE=replace(override(), reassess_days=0)):
        assert standing().is_due
    with django_assert_num_queries(2):
        queries.due(officer)
    services.withdraw(actor=officer, visit_id=visit.pk, reason="Of another place.")
    assert standing().last is None


def test_a_site_to_be_assessed_again_stands_in_the_queue_of_who_assesses_it(
    visit: SecurityVisit, officer: User, stranger: User, auditor: User, places: Places, django_assert_num_queries: Any
) -> None:
    def queued(person: User) -> list[due.Due]:
        return [one for one in due.due_for(person) if one.code == "security"]

    with override_settings(NODE=replace(override(), reassess_days=0)):
        assert queued(officer) == [], "it is under way, and was never finished before"
        planted.answer(officer, visit, (planted.asked(visit)[0], "met"))
        services.finish(actor=officer, visit_id=visit.pk)
        assert [(one.key, one.is_now) for one in queued(officer)] == [((places.site_id,), True)]
        assert queued(stranger) == queued(auditor) == []
        again = planted.begin(officer, places.site_id)
        assert len(queued(officer)) == 1
        planted.answer(officer, again, (planted.asked(again)[0], "met"))
        services.finish(actor=officer, visit_id=again.pk)
        assert len(queued(officer)) == 1, "only the latest counts"
        with django_assert_num_queries(1):
            list(queries.due_for(officer, timezone.localdate()))
    assert queued(officer) == [], "a year from now"


def override() -> Any:
    """The settings of the node."""
    from django.conf import settings  # as they are now

    return settings.NODE


def test_every_act_is_on_the_trail_without_an_answer(visit: SecurityVisit, officer: User) -> None:
    question = planted.asked(visit)[0]
    planted.answer(officer, visit, (question, "not_met"), note="The padlock is broken.")
    services.finish(actor=officer, visit_id=visit.pk)
    services.open_again(actor=officer, visit_id=visit.pk, reason="A weak lock was forgotten.")
    services.withdraw(actor=officer, visit_id=visit.pk, reason="The lock is elsewhere.")
    entries = Entry.objects.filter(row_id=str(visit.pk)).order_by("at")
    acts = ["begin", "answer", "finish", "open", "withdraw"]
    assert list(entries.values_list("act", flat=True)) == [f"security.{act}" for act in acts]
    told = "".join(f"{one.before}{one.after}{one.reason}" for one in entries)
    assert "not_met" not in told
    assert "lock" not in told
    assert [row["why"] for row in body(visit).reasons] == ["A weak lock was forgotten.", "The lock is elsewhere."]


def test_answers_are_frames_for_the_core(visit: SecurityVisit, officer: User, places: Places) -> None:
    planted.answer(officer, visit, *((question, "met") for question in planted.asked(visit)))
    services.finish(actor=officer, visit_id=visit.pk)
    found = queries.answers(officer)
    assert found["site_id"].unique().to_list() == [places.site_id]
    assert found.schema["answered_on"] == pl.Date
    score = queries.scores_of(officer, places.site_id).places.row(0, named=True)
    assert 0 < score["score_low"] <= score["score_high"] == 1
