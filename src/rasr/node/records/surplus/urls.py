"""Addresses of declared surplus; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.surplus import views

DECISION = "surplus/<uuid:declaration_id>/"
urlpatterns: list[URLPattern] = [
    path("surplus/", views.Decisions.as_view(), name="surplus"),
    path("surplus/new/", views.NewDecision.as_view(), name="surplus-new"),
    path(DECISION, views.decision, name="decision"),
    path(f"{DECISION}stock/", views.Declarable.as_view(), name="surplus-stock"),
    path(f"{DECISION}stock/<int:holding_id>/", views.Declare.as_view(), name="surplus-declare"),
]
