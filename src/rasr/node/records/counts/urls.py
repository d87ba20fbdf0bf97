"""Addresses of counts, labels and scans; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.counts import away_views, views

COUNT = "counts/<uuid:count_id>/"
urlpatterns: list[URLPattern] = [
    path("counts/", views.Counts.as_view(), name="counts"),
    path("counts/new/", views.new, name="count-new"),
    path("counts/worker.js", away_views.worker, name="count-worker"),
    path(COUNT, views.count, name="count"),
    path(f"{COUNT}figures/", views.enter, name="count-enter"),
    path(f"{COUNT}scan/", views.scan, name="count-scan"),
    path(f"{COUNT}found/", views.extra, name="count-extra"),
    path(f"{COUNT}finish/", views.finish, name="count-finish"),
    path(f"{COUNT}report/", views.report, name="count-report"),
    path(f"{COUNT}findings/", views.investigate, name="count-findings"),
    path(f"{COUNT}settle/", views.settle, name="count-settle"),
    path(f"{COUNT}drop/", views.drop, name="count-drop"),
    path(f"{COUNT}hand-in/", views.hand_in, name="count-hand-in"),
    path(f"{COUNT}form.pdf", away_views.form, name="count-form"),
    path(f"{COUNT}offline/", away_views.offline, name="count-offline"),
    path("labels/", away_views.labels, name="labels"),
    path("labels/labels.pdf", away_views.labels_file, name="labels-file"),
    path("scan/", away_views.scan, name="scan"),
    path("scan/<str:code>/", away_views.scanned, name="scanned"),
]
