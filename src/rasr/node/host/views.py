"""Health of the node, and how to trust it. Public: no sign-in, nothing personal."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rasr import __version__
from rasr.node.host import certificates, queries


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing of the database."""
    return HttpResponse("live\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether pages can be served: 200 or 503, with what is fine and what is not."""
    found = queries.readiness(settings.NODE.home)
    said = {
        "ready": found.ready,
        "database": found.database,
        "migrations": found.migrations,
        "worker": found.worker,
        "disk": found.disk,
        "log": found.log,
        "version": __version__,
    }
    return JsonResponse(said, status=200 if found.ready else 503)


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """How to make a browser trust this node, with the fingerprint to compare by telephone."""
    return render(request, "host/trust.html", {"authority": certificates.authority_of(settings.NODE)})


@require_safe
def certificate(_request: HttpRequest) -> HttpResponse:
    """The certificate of the node's own authority, to be installed."""
    found = certificates.authority_of(settings.NODE)
    if found is None:
        raise Http404
    return HttpResponse(
        found.content,
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="rasr-ca.crt"'},
    )
