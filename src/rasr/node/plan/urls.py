"""Addresses of plan."""

from __future__ import annotations

from django.urls import path

from rasr.node.plan import decision_views, views

app_name = "plan"
urlpatterns = [
    path("plans/", views.Plans.as_view(), name="runs"),
    path("plans/start/", views.start, name="start"),
    path("plans/decided/", decision_views.Decisions.as_view(), name="decisions"),
    path("plans/decided/new/", decision_views.Decide.as_view(), name="decide"),
    path("plans/decided/<uuid:decision_id>/back/", decision_views.TakeBack.as_view(), name="take-back"),
    path("plans/<uuid:run_id>/hold-fast/", decision_views.HoldFast.as_view(), name="hold-fast"),
    path("plans/<uuid:run_id>/approve/", decision_views.AskApproval.as_view(), name="approve"),
    path("plans/<uuid:run_id>/", views.plan_run, name="run"),
    path("plans/<uuid:run_id>/tables/<str:which>/<str:name>/", views.plan_table, name="table"),
]
