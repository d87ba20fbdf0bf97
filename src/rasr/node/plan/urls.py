"""Addresses of plan."""

from __future__ import annotations

from django.urls import path

from rasr.node.plan import views

app_name = "plan"
urlpatterns = [
    path("plans/", views.Plans.as_view(), name="runs"),
    path("plans/start/", views.start, name="start"),
    path("plans/<uuid:run_id>/", views.plan_run, name="run"),
    path("plans/<uuid:run_id>/tables/<str:which>/<str:name>/", views.plan_table, name="table"),
]
