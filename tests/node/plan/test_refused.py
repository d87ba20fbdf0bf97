"""What cannot be planned is told in a sentence on the page of the job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.core.plan.small import small, swap

from rasr.core.plan.options import Options
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.running import work_off
from rasr.node.people.models import User
from rasr.node.people.services import add_user
from rasr.node.plan import services
from rasr.node.plan.models import PlanRun
from rasr.node.records.services import load_region

pytestmark = pytest.mark.django_db
TOO_MUCH = {
    "pools": swap("pools", "4000   1      .", "4000   1      2027-06-30"),
    "line_rates": swap("line_rates", "APART   disassembly  mine   1000", "APART   disassembly  mine   1"),
}


@pytest.fixture
def joined() -> User:
    return add_user(username="planner", password="planner", role="planner", check_password=False)


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"funds": "fund_id donor currency starts_on ends_on amount carry_over"}, "no_money", "Add rows to funds"),
        (
            {"line_rates": swap("line_rates", "APART   disassembly  mine   1000                700", "")},
            "family_without_line",
            "No line takes mine",
        ),
        (TOO_MUCH, "no_plan_exists", "line APART would have to work"),
    ],
)
def test_a_sentence_tells_why(
    joined: User,
    changed: dict[str, str],
    code: str,
    words: str,
    client_of: Callable[[User], Client],
) -> None:
    load_region(actor=joined, region=small(**changed), complete=True, source="test")
    job = services.start(actor=joined, options=Options())
    assert isinstance(job, Job)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.refused_code) == (State.FAILED, code)
    assert not PlanRun.objects.exists()
    page = client_of(joined).get(f"/jobs/{job.pk}/").content.decode()
    assert words in page


def test_conflicts_are_told_in_the_language_of_who_asks(joined: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.messages, "say_code", lambda code, numbers: f"{code} at {numbers.get('line')}")
    load_region(actor=joined, region=small(**TOO_MUCH), complete=True, source="test")
    services.start(actor=joined, options=Options())
    work_off()
    told = Job.objects.get().refused_numbers["conflicts"].split("; ")
    assert told[0] == "conflict_technique_time at APART"
    assert {"rule_technique_time at APART", "rule_deadline at None"} <= set(told[1:])


def test_what_has_a_line_can_be_planned_all_the_same(joined: User) -> None:
    changed = {"line_rates": swap("line_rates", "APART   disassembly  mine   1000                700", "")}
    load_region(actor=joined, region=small(**changed), complete=True, source="test")
    services.start(actor=joined, options=Options(partial=True))
    work_off()
    job = Job.objects.get()
    assert job.state == State.DONE, job.refused_code
    assert job.result["url"] == f"/plans/{PlanRun.objects.get().pk}/"
