"""Pages of jobs, for who asked, a team mate, a stranger and an administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.jobs import queries, running, services
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.registry import Handler, Work
from rasr.node.jobs.stages import KINDS, STAGES
from rasr.node.people.models import User

if TYPE_CHECKING:
    from tests.node.jobs.conftest import People

Does = Callable[[Handler], None]
ClientOf = Callable[[User], Client]


@pytest.fixture
def owner(person: People) -> User:
    return person("ana", "planner")


@pytest.fixture
def mate(person: People) -> User:
    return person("boris", "planner")


@pytest.fixture
def stranger(person: People) -> User:
    return person("cvetan", "auditor")


@pytest.fixture
def administrator(person: People) -> User:
    return person("dora", "administrator")


@pytest.fixture
def job(owner: User) -> Job:
    return services.enqueue(actor=owner, kind="test", parameters={"file": "secret.xlsx"}, title="secret.xlsx")


def of(job: Job, page: str = "job") -> str:
    return reverse(f"jobs:{page}", args=[job.pk])


def test_one_sees_ones_own_jobs_and_others_not_at_all(
    job: Job, owner: User, mate: User, stranger: User, client_of: ClientOf
) -> None:
    page = client_of(owner).get(of(job))
    assert "secret.xlsx" in page.text
    assert "secret.xlsx" in client_of(owner).get(reverse("jobs:jobs")).text
    for other in (mate, stranger):
        client = client_of(other)
        assert [client.get(of(job, name)).status_code for name in ("job", "job-progress")] == [404, 404]
        assert client.post(of(job, "cancel")).status_code == 404
        assert "test" not in client.get(reverse("jobs:jobs") + "?kind=test").text.partition("<tbody")[2]
    job.refresh_from_db()
    assert job.state == State.WAITING


def test_an_administrator_sees_that_there_is_work_not_what_it_is_about(
    job: Job, owner: User, administrator: User, does: Does, client_of: ClientOf
) -> None:
    def refuses(_work: Work) -> dict[str, Any]:
        raise Refused("bad_option", option="secret", reason="secret")

    does(refuses)
    running.run(job.pk)
    client = client_of(administrator)
    for page in (of(job), reverse("jobs:jobs"), reverse("jobs:jobs") + "?export=csv"):
        answer = client.get(page)
        said = b"".join(answer.streaming_content).decode() if answer.streaming else answer.text
        assert answer.status_code == 200
        assert "ana" in said
        assert "secret" not in said
    assert queries.state_counts(administrator)["failed"] == 1
    assert "secret" in client_of(owner).get(of(job)).text


def test_nobody_sees_jobs_without_signing_in(job: Job, client: Client) -> None:
    for name in ("job", "job-progress"):
        assert client.get(of(job, name)).status_code == 302
    assert client.post(of(job, "cancel")).status_code == 302
    assert client.get(of(job, "cancel")).status_code in (302, 405)


def test_the_page_asks_again_while_the_job_is_open_and_leads_to_the_result(
    job: Job, owner: User, client_of: ClientOf
) -> None:
    client = client_of(owner)
    waiting = client.get(of(job)).text
    assert 'hx-trigger="every 1s"' in waiting
    assert 'id="again"' in waiting
    assert "HX-Redirect" not in client.get(of(job, "job-progress"))
    running.run(job.pk)
    part = client.get(of(job, "job-progress"))
    assert part["HX-Redirect"] == "/stores/"
    assert "hx-trigger" not in part.text
    assert "<html" not in part.text
    done = client.get(of(job)).text
    assert 'href="/stores/" id="result"' in done or 'id="result" href="/stores/"' in done
    assert 'id="cancel"' not in done


def test_a_running_job_shows_its_stage_and_share(job: Job, owner: User, client_of: ClientOf) -> None:
    now = timezone.now()
    Job.objects.update(state=State.RUNNING, stage="danger", share=0.42, started_at=now, heartbeat_at=now)
    said = client_of(owner).get(of(job)).text
    assert str(STAGES["danger"]) in said
    assert 'value="42"' in said


def test_cancelling_from_the_page(job: Job, owner: User, client_of: ClientOf) -> None:
    answer = client_of(owner).post(of(job, "cancel"), follow=True)
    assert answer.redirect_chain == [(of(job), 302)]
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_refusal_is_told_in_a_sentence(job: Job, owner: User, does: Does, client_of: ClientOf) -> None:
    def refuses(_work: Work) -> dict[str, Any]:
        raise Refused("family_without_line", families="mines", mass_tonne=3)

    does(refuses)
    running.run(job.pk)
    assert "No line takes mines (3 t)." in client_of(owner).get(of(job)).text


@pytest.mark.parametrize("code", ["worker_lost", "fault", "not_allowed"])
def test_codes_of_work_have_sentences(code: str, job: Job, owner: User, client_of: ClientOf) -> None:
    Job.objects.update(state=State.FAILED, refused_code=code, refused_numbers={"job": str(job.pk)})
    assert 'role="alert"' in client_of(owner).get(of(job)).text


def test_a_job_of_a_dead_worker_is_given_up_by_whoever_looks(
    job: Job, owner: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.time, "sleep", lambda _seconds: None)
    heard_at = timezone.now() - timedelta(seconds=61)
    Job.objects.update(state=State.RUNNING, started_at=heard_at, heartbeat_at=heard_at)
    assert "broken off" in client_of(owner).get(of(job)).text


@pytest.mark.usefixtures("job")
def test_the_list_is_filtered_by_state_and_costs_the_same_for_many_jobs(
    owner: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(owner)
    assert "secret.xlsx" not in client.get(reverse("jobs:jobs") + "?state=done").text
    assert "secret.xlsx" in client.get(reverse("jobs:jobs") + "?state=waiting").text
    client.get(reverse("jobs:jobs") + "?per_page=50")  # what is asked of a list is remembered the first time
    numbers = []
    for more in (0, 20):
        for _ in range(more):
            services.enqueue(actor=owner, kind="test", parameters={})
        with django_assert_num_queries(30, exact=False) as counted:
            client.get(reverse("jobs:jobs") + "?per_page=50")
        numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 8


def test_every_stage_and_kind_has_a_name() -> None:
    assert all(str(text) for text in (*STAGES.values(), *KINDS.values()))
