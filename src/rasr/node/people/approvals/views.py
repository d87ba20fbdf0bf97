"""Pages of approvals: what waits, one of them with exactly what will happen, the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.approvals import queries, services
from rasr.node.people.approvals.forms import APPROVE, DecisionForm
from rasr.node.people.approvals.tables import ApprovalFilter, ApprovalTable
from rasr.node.people.approvals.told import called, say, say_each
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.web.lists import ListPage
from rasr.node.web.messages import say as say_fault


class Approvals(ListPage):
    """What waits for the reader, above everything they may see."""

    name = "approvals"
    page_title = _("Approvals")
    intro = _("Some acts need two people: one asks, another looks at what exactly will happen, and decides.")
    template_name = "people/approvals.html"
    table_class = ApprovalTable
    filterset_class = ApprovalFilter
    shows_stock = False

    def queryset(self) -> QuerySet[Approval]:
        """Those the reader may see."""
        return queries.approvals(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With those that wait for the reader."""
        waiting = [
            {"row": row, "title": queries.title(row), "asker": queries.asker(row)}
            for row in queries.waiting(self.request.user)
        ]
        return super().get_context_data(**kwargs) | {"waiting": waiting, "decides": queries.decides(self.request.user)}


@require_safe
def approval(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """One: what will happen, why, who asks; the decision for who may make it."""
    return _page(request, approval_id, DecisionForm())


@require_POST
def decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Approve or refuse."""
    assert isinstance(request.user, User)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, approval_id, form)
    approve = form.cleaned_data["decision"] == APPROVE
    try:
        found = services.decide(
            actor=request.user,
            session=trail.session(),
            approval_id=approval_id,
            approve=approve,
            reason=form.said_of("reason"),
            digest=form.cleaned_data["digest"],
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except Refused as fault:
        form.add_error(None, say_fault(fault))
        return _page(request, approval_id, form)
    _tell(request, found)
    return redirect("people:approval", approval_id=approval_id)


@require_POST
def withdraw(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Take back what one has asked for."""
    assert isinstance(request.user, User)
    try:
        services.withdraw(actor=request.user, approval_id=approval_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except Refused as fault:
        messages.error(request, say_fault(fault))
    else:
        messages.success(request, _now("It has been taken back. Nothing was changed."))
    return redirect("people:approval", approval_id=approval_id)


def _tell(request: HttpRequest, found: Approval) -> None:
    """What came of a decision."""
    if found.state == ApprovalState.APPROVED:
        messages.success(request, _now("Approved, and done."))
    elif found.state == ApprovalState.REFUSED:
        messages.success(request, _now("Refused. Nothing was changed."))
    elif found.state == ApprovalState.ASKED:
        messages.success(request, _now("Approved. It takes effect later."))
    else:
        messages.error(request, _now("Approved, but it could not be done. Nothing was changed."))


def _page(request: HttpRequest, approval_id: UUID, form: DecisionForm) -> HttpResponse:
    """The page of one; with what is wrong of a form that was sent."""
    try:
        found = queries.approval(request.user, approval_id)
    except Approval.DoesNotExist as missing:
        raise Http404 from missing
    picture = queries.picture(request.user, found)
    people = {user.pseudonym: called(user) for user in (found.person, found.asked_by, found.decided_by) if user}
    lines = [
        {"what": say(line["what"], people)} | {key: say_each(line[key], people) for key in ("before", "after")}
        for line in picture.shown.get("lines", [])
    ]
    context = {
        "approval": found,
        "page_title": say(picture.shown.get("title", ""), people),
        "kind": queries.kind_of(found).name,
        "lines": lines,
        "picture": picture,
        "asker": queries.asker(found),
        "delayed": queries.kind_of(found).delay is not None,
        "decider": called(found.decided_by) if found.decided_by else "",
        "others": [called(other) for other in picture.others],
        "form": form,
    }
    return render(request, "people/approval.html", context, status=400 if form.errors else 200)
