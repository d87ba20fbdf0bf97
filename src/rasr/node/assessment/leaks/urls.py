"""Addresses of what could leak; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.leaks import views

SITE = "security/sites/<str:site_id>/"
urlpatterns: list[URLPattern] = [
    path(f"{SITE}result/", views.result, name="security-result"),
    path(f"{SITE}report.pdf", views.report, name="security-report"),
    path(f"{SITE}works/new/", views.EnterWork.as_view(), name="security-work-enter"),
    path("security/works/", views.Works.as_view(), name="security-works"),
    path("security/works/<uuid:work_id>/withdraw/", views.WithdrawWork.as_view(), name="security-work-withdraw"),
    path("security/works/sets/", views.Sets.as_view(), name="security-sets"),
    path("security/two-dangers/", views.both, name="security-both"),
]
