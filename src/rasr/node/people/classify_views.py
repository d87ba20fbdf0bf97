"""Setting the class mark of a site, from the form on its page."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rasr.core.basis.findings import Refused
from rasr.node.people import classify
from rasr.node.people.classify_forms import ClassifyForm
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Site
from rasr.node.web.crafted import none_crafted
from rasr.node.web.messages import say


@require_POST
def set_mark(request: HttpRequest, site_id: str) -> HttpResponse:
    """Set it, or ask for a second person; then back to the page of the site."""
    assert isinstance(request.user, User)
    require(request.user, classify.RIGHT)
    form = ClassifyForm(request.POST)
    if not Site.objects.filter(classify.mine(request.user), pk=site_id).exists():
        raise Http404
    if not form.is_valid():
        none_crafted(form)
        messages.error(request, _("Choose one of the marks and say why in a few words."))
        return redirect("desk:site", site_id)
    try:
        asked = classify.classify(
            actor=request.user, site_id=site_id, mark=form.cleaned_data["mark"], reason=form.said_of("reason")
        )
    except Site.DoesNotExist as gone:
        raise Http404 from gone
    except Refused as refused:
        messages.error(request, say(refused))
    else:
        told = _("A second person must agree before the mark is lowered.") if asked else _("The mark is set.")
        messages.success(request, told)
    return redirect("desk:site", site_id)
