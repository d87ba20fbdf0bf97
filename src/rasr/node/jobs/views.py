"""Pages of jobs: the list, one job with its progress, cancelling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rasr.node.jobs import queries, services
from rasr.node.jobs.filters import JobFilter
from rasr.node.jobs.models import Job, State
from rasr.node.jobs.stages import kind_told, stage_told
from rasr.node.jobs.tables import JobTable
from rasr.node.people.looks import no_look
from rasr.node.people.models import User
from rasr.node.web import marks
from rasr.node.web.lists import ListPage
from rasr.node.web.messages import say_code


class Jobs(ListPage):
    """The jobs that the user may see."""

    name = "jobs"
    page_title = _("Work")
    intro = _("Long work goes on without you: leave its page and come back whenever you like.")
    table_class = JobTable
    filterset_class = JobFilter

    def queryset(self) -> QuerySet[Job]:
        """The user's own; an administrator's everybody's."""
        return queries.jobs(self.request.user)


@never_cache
@require_GET
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job."""
    return render(request, "jobs/job.html", told(_found(request, job_id)))


@no_look
@never_cache
@require_GET
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The part of the page that changes; once it is done, htmx is sent to the result."""
    found = _found(request, job_id)
    response = render(request, "jobs/progress.html", told(found))
    if found.state == State.DONE and found.result.get("url"):
        response["HX-Redirect"] = found.result["url"]
    return response


@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancel it, then show it again."""
    assert isinstance(request.user, User)
    try:
        services.cancel(actor=request.user, job_id=job_id)
    except Job.DoesNotExist as fault:
        raise Http404 from fault
    return redirect("jobs:job", job_id=job_id)


def _found(request: HttpRequest, job_id: UUID) -> Job:
    """The job, given up if its worker is dead: there may be no other program left to say so."""
    try:
        found = queries.job(request.user, job_id)
        if queries.silent(found):
            services.sweep_lost()
            found = queries.job(request.user, job_id)
    except Job.DoesNotExist as fault:
        raise Http404 from fault
    marks.shows_all_seen(request)
    return found


def told(found: Job) -> dict[str, Any]:
    """What the page of a job says. sentence: why it failed."""
    failed = found.state == State.FAILED
    return {
        "job": found,
        "kind": kind_told(found.kind),
        "stage": stage_told(found.stage) if found.stage else "",
        "percent": round(found.share * 100),
        "open": found.state in (State.WAITING, State.RUNNING),
        "sentence": _sentence(found) if failed else "",
        "url": found.result.get("url", ""),
    }


def _sentence(found: Job) -> str:
    """Why it failed; of another's job only that it did, since the numbers tell of the stock."""
    return say_code(found.refused_code, found.refused_numbers) if queries.owned(found) else ""
