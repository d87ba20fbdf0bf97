"""Addresses of work."""

from __future__ import annotations

from django.urls import path

from rasr.node.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/progress/", views.progress, name="job-progress"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="cancel"),
]
