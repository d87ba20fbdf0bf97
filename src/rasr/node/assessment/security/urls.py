"""Addresses of security visits; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.security import away_views, views
from rasr.node.records.counts.away_views import worker

SITE, VISIT, PHONE = (
    "security/sites/<str:site_id>/",
    "security/visits/<uuid:visit_id>/",
    "security/phones/<uuid:phone_id>/",
)
urlpatterns: list[URLPattern] = [
    path("security/", views.Sites.as_view(), name="security-list"),
    path("security/worker.js", worker, name="security-worker"),
    path(SITE, views.site, name="security-site"),
    path(f"{SITE}begin/", views.Begin.as_view(), name="security-begin"),
    path(VISIT, views.visit, name="security-visit"),
    path(f"{VISIT}answer/", views.answer, name="security-answer"),
    path(f"{VISIT}settle/", views.settle, name="security-settle"),
    path(f"{VISIT}finish/", views.finish, name="security-finish"),
    path(f"{VISIT}open/", views.OpenAgain.as_view(), name="security-open"),
    path(f"{VISIT}withdraw/", views.Withdraw.as_view(), name="security-withdraw"),
    path(f"{VISIT}merge/", views.merge, name="security-merge"),
    path(f"{VISIT}photographs/<slug:question_id>/", away_views.add_photograph, name="security-photograph-add"),
    path(f"{VISIT}hand-out/", away_views.hand_out, name="security-hand-out"),
    path("security/photographs/<uuid:photo_id>/", away_views.photograph, name="security-photograph"),
    path(PHONE, away_views.away, name="security-away"),
    path(f"{PHONE}sheet/", away_views.sheet, name="security-sheet"),
    path(f"{PHONE}upload/", away_views.upload, name="security-upload"),
    path(f"{PHONE}photographs/<uuid:photo_id>/", away_views.upload_photograph, name="security-upload-photograph"),
    path(f"{PHONE}revoke/", away_views.revoke, name="security-revoke"),
]
