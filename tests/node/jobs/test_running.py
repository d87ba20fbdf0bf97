"""How jobs end: done, refused, by a fault, cancelled, with the database gone in between."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from rasr.core.basis.findings import Refused
from rasr.node.host.logs import JsonLines
from rasr.node.jobs import patience, running, services, watch
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.registry import Handler, Work
from rasr.node.people.models import User

if TYPE_CHECKING:
    from tests.node.jobs.conftest import People

Does = Callable[[Handler], None]
LOOK_S = 0.02
WAIT_S = 10.0


def ran(actor: User, **parameters: Any) -> Job:
    """A job of the kind ``test``, asked for and done."""
    job = services.enqueue(actor=actor, kind="test", parameters=parameters)
    running.run(job.pk, look_s=LOOK_S)
    job.refresh_from_db()
    return job


def until(true: Callable[[], bool]) -> None:
    """Wait for it, but not for ever."""
    end_s = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)


def test_a_job_is_done_in_the_name_of_who_asked(person: People, does: Does) -> None:
    asked = person("ana")
    does(lambda work: {"url": "/stores/", "by": work.actor.username, "n": work.parameters["n"]})
    job = ran(asked, n=3)
    assert (job.state, job.stage, job.share) == (State.DONE, "done", 1.0)
    assert job.result == {"url": "/stores/", "by": "ana", "n": 3}
    assert job.started_at is not None
    assert job.ended_at is not None


def test_job_and_task_are_written_together_or_not_at_all(person: People) -> None:
    asked = person("ana")
    job = services.enqueue(actor=asked, kind="test", parameters={})
    task = DBTaskResult.objects.get()
    assert task.args_kwargs == {"args": [str(job.pk)], "kwargs": {}}

    def undone() -> None:
        with transaction.atomic():
            services.enqueue(actor=asked, kind="test", parameters={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (1, 1)
    with pytest.raises(KeyError):
        services.enqueue(actor=asked, kind="no such work", parameters={})


def test_a_job_is_done_once(person: People, does: Does) -> None:
    seen: list[int] = []
    does(lambda _work: seen.append(1) or {})
    job = ran(person("ana"))
    running.run(job.pk)
    assert seen == [1]


def test_a_refusal_is_kept_with_its_numbers_as_json_holds_them(person: People, does: Does) -> None:
    def refuses(_work: Work) -> dict[str, Any]:
        raise Refused("out_of_range", quantity="x", minimum=0.5, maximum=float("inf"), unit="kg", value=float("nan"))

    does(refuses)
    job = ran(person("ana"))
    assert (job.state, job.refused_code) == (State.FAILED, "out_of_range")
    assert job.refused_numbers == {"quantity": "x", "minimum": 0.5, "maximum": "inf", "unit": "kg", "value": "nan"}


def test_a_right_lost_meanwhile_is_said(person: People, does: Does) -> None:
    def asks(_work: Work) -> dict[str, Any]:
        raise PermissionDenied("assess")

    does(asks)
    assert ran(person("ana")).refused_code == "not_allowed"


def test_a_fault_is_logged_where_it_happened_without_what_it_says(
    person: People, does: Does, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_work: Work) -> dict[str, Any]:
        raise ValueError("serial 12345 of Ana")

    does(breaks)
    with caplog.at_level(logging.ERROR, "rasr.jobs"):
        job = ran(person("ana"))
    assert (job.state, job.refused_code, job.refused_numbers) == (State.FAILED, "fault", {"job": str(job.pk)})
    (record,) = caplog.records
    line = JsonLines().format(record)
    assert json.loads(line)["fault"] == "builtins.ValueError"
    assert "breaks" in line
    assert "12345" not in line
    assert "ana" not in line.lower().replace("tests/", "")


def test_what_a_handler_writes_is_in_the_language_of_who_asked(person: People, does: Does) -> None:
    asked = person("ana")
    asked.language = "mk"
    asked.save()
    does(lambda _work: {"language": translation.get_language()})
    assert ran(asked).result == {"language": "mk"}
    assert translation.get_language() != "mk"


def test_waiting_jobs_are_worked_off_in_order(person: People, does: Does) -> None:
    seen: list[int] = []
    does(lambda work: seen.append(work.parameters["n"]) or {})
    asked = person("ana")
    for n in range(3):
        services.enqueue(actor=asked, kind="test", parameters={"n": n})
    assert running.work_off() == 3
    assert seen == [0, 1, 2]


# Cancelling.


def test_a_waiting_job_is_cancelled_at_once_and_never_begins(person: People, does: Does) -> None:
    seen: list[int] = []
    does(lambda _work: seen.append(1) or {})
    asked = person("ana")
    job = services.enqueue(actor=asked, kind="test", parameters={})
    assert services.cancel(actor=asked, job_id=job.pk).state == State.CANCELLED
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, seen) == (State.CANCELLED, [])


@pytest.mark.django_db(transaction=True)
def test_a_running_job_is_cancelled_where_it_tells_its_progress(person: People, does: Does) -> None:
    asked = person("ana")

    def waits(work: Work) -> dict[str, Any]:
        services.cancel(actor=asked, job_id=work.job_id)
        until(lambda: work.progress("danger", 0.5) or False)
        raise AssertionError

    does(waits)
    job = ran(asked)
    assert (job.state, job.result) == (State.CANCELLED, {})


def test_an_ended_job_stays_as_it_ended(person: People) -> None:
    asked = person("ana")
    job = ran(asked)
    assert services.cancel(actor=asked, job_id=job.pk).state == State.DONE


# Progress and the database.


@pytest.mark.django_db(transaction=True)
def test_progress_and_heartbeat_are_seen_from_outside_at_most_once_a_look(person: People, does: Does) -> None:
    seen: list[tuple[str, float]] = []

    def tells(work: Work) -> dict[str, Any]:
        def shown() -> bool:
            work.progress("danger", 0.25)
            seen.append(Job.objects.values_list("stage", "share").get(pk=work.job_id))
            return seen[-1] == ("danger", 0.25)

        until(shown)
        return {}

    does(tells)
    assert ran(person("ana")).state == State.DONE
    assert watch.LOOK_S >= 0.5


@pytest.mark.django_db(transaction=True)
def test_a_database_gone_for_a_while_ends_no_job(
    person: People, does: Does, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone, looks = threading.Event(), []
    real = watch._open

    def opens() -> None:
        if gone.is_set():
            looks.append(1)
            raise OperationalError("server closed the connection unexpectedly")
        real()

    def outlasts(work: Work) -> dict[str, Any]:
        own = connection.connection
        gone.set()
        until(lambda: len(looks) >= 3)
        work.progress("danger", 0.5)
        if connection.vendor == "postgresql":
            assert connection.connection is not own, "the job's own connection is given up after the outage"
        gone.clear()
        until(lambda: Job.objects.filter(pk=work.job_id, stage="danger").exists())
        return {"outlasted": True}

    monkeypatch.setattr(watch, "_open", opens)
    does(outlasts)
    with caplog.at_level(logging.WARNING, "rasr.jobs"):
        job = ran(person("ana"))
    assert job.result == {"outlasted": True}
    assert any("cannot be reached" in record.message for record in caplog.records)


@pytest.mark.django_db(transaction=True)
def test_connections_broken_off_in_the_middle_are_opened_again(person: People, does: Does) -> None:
    def broken_off(work: Work) -> dict[str, Any]:
        until(lambda: work.progress("danger", 0.5) or Job.objects.filter(pk=work.job_id, stage="danger").exists())
        hang_up()
        kept = patience.patiently(lambda: User.objects.filter(pk=work.actor.pk).update(language="sl"), pause_s=0.1)
        until(lambda: work.progress("writing", 0.5) or Job.objects.filter(pk=work.job_id, stage="writing").exists())
        return {"kept": kept}

    does(broken_off)
    job = ran(person("ana"))
    assert (job.state, job.result) == (State.DONE, {"kept": 1})


def hang_up() -> None:
    """Break off every connection to PostgreSQL, also this thread's; SQLite has none to break off."""
    if connection.vendor == "postgresql":
        other = connections.create_connection(DEFAULT_DB_ALIAS)
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        other.close()


def test_what_is_kept_at_the_end_is_tried_again_while_the_database_is_gone(
    person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, tries = person("ana"), []

    def act() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("gone")
        return 7

    class Outside:
        in_atomic_block = False

        @staticmethod
        def close() -> None:
            """As if there were one."""

    monkeypatch.setattr(patience, "connection", Outside)
    assert patience.patiently(act, pause_s=0) == 7
    tries.clear()
    with pytest.raises(OperationalError):
        patience.patiently(act, patience_s=0, pause_s=0)
    monkeypatch.undo()
    tries.clear()
    with pytest.raises(OperationalError), transaction.atomic():
        patience.patiently(act, pause_s=0)
    assert len(tries) == 1, f"within a transaction of {asked} it is tried once"


@pytest.mark.django_db(transaction=True)
def test_progress_waits_for_no_transaction_of_the_job_itself(person: People, does: Does) -> None:
    def locks(work: Work) -> dict[str, Any]:
        began_s = time.monotonic()
        with transaction.atomic():
            User.objects.filter(pk=work.actor.pk).update(language="sl")
            for n in range(100):
                work.progress("writing", n / 100)
                time.sleep(0.002)
        return {"took_s": time.monotonic() - began_s}

    does(locks)
    job = ran(person("ana"))
    assert job.state == State.DONE
    assert job.result["took_s"] < 5


# Dead workers.


def silent_job(actor: User, seconds: float) -> Job:
    """A running job whose worker has not been heard of for so long."""
    job = services.enqueue(actor=actor, kind="test", parameters={})
    heard_at = timezone.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, started_at=heard_at, heartbeat_at=heard_at)
    return job


def test_a_job_without_heartbeat_is_given_up_and_one_that_waits_stays(person: People) -> None:
    asked = person("ana")
    lost, alive = silent_job(asked, 61), silent_job(asked, 30)
    waiting = services.enqueue(actor=asked, kind="test", parameters={})
    DBTaskResult.objects.update(status="RUNNING")
    assert services.sweep_lost(second_look_s=0) == 1
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {lost.pk: State.FAILED, alive.pk: State.RUNNING, waiting.pk: State.WAITING}
    lost.refresh_from_db()
    assert lost.refused_code == "worker_lost"
    assert {task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()} == {str(alive.pk), str(waiting.pk)}
    assert services.sweep_lost(second_look_s=0) == 0


def test_a_heartbeat_held_up_by_a_long_transaction_saves_the_job(
    person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = silent_job(person("ana"), 90)

    def beats(_seconds: float) -> None:
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now())

    monkeypatch.setattr(services.time, "sleep", beats)
    assert services.sweep_lost() == 0
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_a_job_given_up_too_soon_ends_as_it_truly_did(person: People, does: Does) -> None:
    def given_up(work: Work) -> dict[str, Any]:
        Job.objects.filter(pk=work.job_id).update(heartbeat_at=timezone.now() - timedelta(seconds=90))
        assert services.sweep_lost(second_look_s=0) == 1
        return {"url": "/stores/"}

    does(given_up)
    job = ran(person("ana"))
    assert (job.state, job.refused_code, job.result) == (State.DONE, "", {"url": "/stores/"})


def test_a_worker_told_to_stop_at_once_says_so(person: People, does: Does) -> None:
    def stopped(_work: Work) -> dict[str, Any]:
        raise SystemExit(1)

    does(stopped)
    job = services.enqueue(actor=person("ana"), kind="test", parameters={})
    with pytest.raises(SystemExit):
        running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.refused_code) == (State.FAILED, "worker_lost")


def test_tasks_of_ended_jobs_are_forgotten_after_a_day(person: People) -> None:
    asked = person("ana")
    for _ in range(2):
        services.enqueue(actor=asked, kind="test", parameters={})
    old, new = DBTaskResult.objects.all()
    now = timezone.now()
    DBTaskResult.objects.filter(pk=old.pk).update(status="SUCCESSFUL", finished_at=now - timedelta(days=2))
    DBTaskResult.objects.filter(pk=new.pk).update(status="SUCCESSFUL", finished_at=now)
    assert services.prune(now) == 1
    assert (DBTaskResult.objects.get().pk, Job.objects.count()) == (new.pk, 2)
