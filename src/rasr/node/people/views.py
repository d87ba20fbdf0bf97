"""What a user chooses."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rasr.node.people import services
from rasr.node.people.choices import Theme
from rasr.node.people.forms import SettingsForm
from rasr.node.people.looks import no_look
from rasr.node.people.models import User
from rasr.node.web import languages
from rasr.node.web.crafted import none_crafted


@no_look
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Language and appearance."""
    assert isinstance(request.user, User)
    chosen = {"language": translation.get_language(), "theme": request.user.theme}
    form = SettingsForm(request.POST or None, initial=chosen)
    if form.is_valid():
        services.choose(actor=request.user, **form.cleaned_data)
        translation.activate(form.cleaned_data["language"])
        messages.success(request, _("Your settings are kept."))
        return redirect("people:settings")
    none_crafted(form)
    return render(request, "people/settings.html", {"form": form})


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """One choice from the menu: ``language`` or ``theme``; then back to the page it came from.

    Who is not signed in chooses a language for this session only.
    """
    user = request.user if isinstance(request.user, User) else None
    kept = {"language": translation.get_language(), "theme": user.theme if user else Theme.AUTO}
    form = SettingsForm({name: request.POST.get(name, value) for name, value in kept.items()})
    if form.is_valid() and user:
        services.choose(actor=user, **form.cleaned_data)
    none_crafted(form)
    if form.is_valid() and not user:
        request.session[languages.SESSION_KEY] = form.cleaned_data["language"]
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")
