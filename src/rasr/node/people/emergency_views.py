"""The page to ask that somebody's lost second factor is taken off."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.people import emergency, granting, trail
from rasr.node.people.invitation_forms import LostFactorForm
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.people.second_person import second_people
from rasr.node.web.messages import say


@require_http_methods(["GET", "POST"])
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """The form with its reason; then the page of what was asked."""
    actor = request.user
    assert isinstance(actor, User)
    require(actor, "manage_people")
    person = User.objects.filter(pk=user_id, erased_at=None).first()
    if person is None:
        raise Http404
    if not granting.may_ask(actor, person):
        raise Http404
    place = granting.around(granting.grants(person))
    others = [other for other in second_people(actor, "approve_grants", *place) if other != person]
    form = LostFactorForm(request.POST or None)
    if others:
        del form.fields["emergency"]
    if form.is_valid():
        try:
            approval = emergency.ask_reset(
                actor=actor,
                session=trail.session(),
                user_id=user_id,
                reason=form.said_of("reason"),
                emergency=form.cleaned_data.get("emergency", False),
            )
        except ObjectDoesNotExist:
            raise Http404 from None
        except Refused as fault:
            form.add_error(None, say(fault))
        else:
            return redirect("people:approval", approval_id=approval.pk)
    told = {"form": form, "person": person, "others": others, "hours": settings.NODE.delay_hours}
    told["emergency_hours"] = settings.NODE.emergency_hours
    return render(request, "people/reset_second_factor.html", told, status=400 if form.is_bound else 200)
