"""Pages of privacy: what is kept and why (public), one's own data, erasing a person."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.people import erasure, privacy, queries
from rasr.node.people.approvals.told import called
from rasr.node.people.looks import no_look
from rasr.node.people.models import User
from rasr.node.web import marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.exports import file_name, kept_file
from rasr.node.web.messages import say
from rasr.node.web.said import SaidForm


class EraseForm(SaidForm):
    """Why somebody is erased, and that it is meant."""

    said: ClassVar[dict[str, Any]] = {"reason": (gettext_lazy("Reason"), True)}
    sure = forms.BooleanField(label=gettext_lazy("Yes, erase this person. It cannot be undone."))


@login_not_required
@no_look
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Which cookies there are, and what is kept of people."""
    told = {"cookies": privacy.cookies(), "kept": privacy.kept(), "idle_minutes": settings.NODE.idle_minutes}
    return render(request, "people/privacy.html", told)


@no_look
@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    """What the node keeps of who asks, in short."""
    assert isinstance(request.user, User)
    return render(request, "people/my_data.html", {"own": privacy.own_data(request.user)})


@no_look
@require_GET
def my_data_file(request: HttpRequest) -> HttpResponse:
    """All of it as a file."""
    assert isinstance(request.user, User)
    own = privacy.own_data(request.user)
    mark = marks.Mark.RESTRICTED
    answer = JsonResponse(own, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return marks.marked(kept_file(answer, file_name("my-data", "json", mark), ("my-data", None, "json")), mark)


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, user_id: int) -> HttpResponse:
    """Erase somebody: what goes and what stays, the reason, and then it is done."""
    assert isinstance(request.user, User)
    try:
        person = queries.managed(request.user, user_id)
    except User.DoesNotExist:
        raise Http404 from None
    form = EraseForm(request.POST or None)
    if form.is_valid():
        try:
            erasure.erase(actor=request.user, user_id=user_id, reason=form.said_of("reason"))
        except User.DoesNotExist:
            raise Http404 from None
        except Refused as fault:
            form.add_error(None, say(fault))
        else:
            messages.success(request, _("The person is erased. What they did stays on the trail under a pseudonym."))
            return redirect("people:people")
    none_crafted(form)
    told = {"form": form, "person": person, "name": called(person)}
    return render(request, "people/erase.html", told, status=400 if form.is_bound else 200)
