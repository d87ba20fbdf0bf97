"""Addresses of assessment."""

from __future__ import annotations

from django.urls import path

from rasr.node.assessment import views

app_name = "assessment"
urlpatterns = [
    path("assessments/", views.Runs.as_view(), name="runs"),
    path("assessments/start/", views.start, name="start"),
    path("assessments/<uuid:run_id>/", views.run, name="run"),
    path("assessments/<uuid:run_id>/tables/<slug:name>/", views.TablePage.as_view(), name="table"),
]
