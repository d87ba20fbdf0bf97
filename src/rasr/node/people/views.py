"""Signing in, and what a user chooses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rasr.node.people import attempts, services
from rasr.node.people.choices import Theme
from rasr.node.people.forms import SettingsForm
from rasr.node.people.models import User
from rasr.node.web import languages

LONGEST_NAME = 150


class SignIn(LoginView):
    """The page to sign in; who is signed in already goes home."""

    template_name = "people/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at name and password, unless too many attempts have failed: 429."""
        if attempts.must_wait(*self._who()):
            blank = self.get_form_class()(request)
            return self.render_to_response(self.get_context_data(form=blank, wait=True), status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count it."""
        attempts.failed(*self._who())
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Come in."""
        attempts.succeeded(*self._who())
        return super().form_valid(form)

    def _who(self) -> tuple[str, str]:
        """The name that was sent, and the address it was sent from."""
        return self.request.POST.get("username", "")[:LONGEST_NAME], str(self.request.META.get("REMOTE_ADDR", ""))


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
    elif form.is_valid():
        request.session[languages.SESSION_KEY] = form.cleaned_data["language"]
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")
