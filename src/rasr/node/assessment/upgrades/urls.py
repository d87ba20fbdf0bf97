"""Addresses of upgrade projects; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.upgrades import photo_views, views

ONE = "upgrades/<uuid:upgrade_id>/"
urlpatterns: list[URLPattern] = [
    path("upgrades/", views.Upgrades.as_view(), name="upgrade-list"),
    path("upgrades/propose/", views.Propose.as_view(), name="upgrade-propose"),
    path("upgrades/programmes/", views.programme_list, name="programme-list"),
    path("upgrades/programmes/new/", views.NewProgramme.as_view(), name="programme-new"),
    path("upgrades/photographs/<uuid:upgrade_photo_id>/", photo_views.photo, name="upgrade-photo"),
    path("upgrades/photographs/<uuid:upgrade_photo_id>/off/", photo_views.Drop.as_view(), name="upgrade-photo-drop"),
    path(ONE, views.upgrade, name="upgrade"),
    path(f"{ONE}change/", views.ChangeFacts.as_view(), name="upgrade-change"),
    path(f"{ONE}costs/", views.WriteCosts.as_view(), name="upgrade-costs"),
    path(f"{ONE}ask/", views.Ask.as_view(), name="upgrade-ask"),
    path(f"{ONE}hand-over/", views.HandOver.as_view(), name="upgrade-hand-over"),
    path(f"{ONE}photograph/", photo_views.add, name="upgrade-photo-add"),
    path(f"{ONE}<slug:step>/", views.TakeStep.as_view(), name="upgrade-step"),
]
