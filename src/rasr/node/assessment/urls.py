"""Addresses of assessment."""

from __future__ import annotations

from django.urls import path

from rasr.node.assessment import views
from rasr.node.assessment.candidates import urls as candidates
from rasr.node.assessment.hotspots import urls as hotspots
from rasr.node.assessment.leaks import urls as leaks
from rasr.node.assessment.licences import urls as licences
from rasr.node.assessment.rules import urls as rules
from rasr.node.assessment.security import urls as security
from rasr.node.assessment.stores import urls as stores
from rasr.node.assessment.surroundings import urls as surroundings
from rasr.node.assessment.upgrades import urls as upgrades

app_name = "assessment"
urlpatterns = [
    path("assessments/", views.Runs.as_view(), name="runs"),
    path("assessments/start/", views.start, name="start"),
    path("assessments/<uuid:run_id>/", views.run, name="run"),
    path("assessments/<uuid:run_id>/tables/<slug:name>/", views.TablePage.as_view(), name="table"),
    *candidates.urlpatterns,
    *leaks.urlpatterns,
    *hotspots.urlpatterns,
    *licences.urlpatterns,
    *rules.urlpatterns,
    *security.urlpatterns,
    *stores.urlpatterns,
    *surroundings.urlpatterns,
    *upgrades.urlpatterns,
]
