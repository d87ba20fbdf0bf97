"""Addresses of candidate sites; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.candidates import views

ONE = "candidates/<uuid:candidate_id>/"
urlpatterns: list[URLPattern] = [
    path("candidates/", views.Candidates.as_view(), name="candidate-list"),
    path("candidates/propose/", views.Propose.as_view(), name="candidate-propose"),
    path(ONE, views.candidate, name="candidate"),
    path(f"{ONE}withdraw/", views.Withdraw.as_view(), name="candidate-withdraw"),
]
