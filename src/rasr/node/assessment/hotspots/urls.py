"""Addresses of contaminated areas; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.hotspots import views

ONE = "hotspots/<uuid:hotspot_id>/"
urlpatterns: list[URLPattern] = [
    path("hotspots/", views.Hotspots.as_view(), name="hotspot-list"),
    path("hotspots/enter/", views.Enter.as_view(), name="hotspot-enter"),
    path("hotspots/data/<slug:subject>/", views.Data.as_view(), name="hotspot-data"),
    path("hotspots/items/<uuid:hotspot_item_id>/", views.SettleItem.as_view(), name="hotspot-item-settle"),
    path("hotspots/tasks/<uuid:task_id>/release/", views.ReleaseLand.as_view(), name="hotspot-release"),
    path("hotspots/tasks/<uuid:task_id>/check/", views.Check.as_view(), name="hotspot-check"),
    path(ONE, views.hotspot, name="hotspot"),
    path(f"{ONE}change/", views.Change.as_view(), name="hotspot-change"),
    path(f"{ONE}item/", views.AddItem.as_view(), name="hotspot-item"),
    path(f"{ONE}task/", views.AddTask.as_view(), name="hotspot-task"),
    path(f"{ONE}hand-over/", views.HandOver.as_view(), name="hotspot-hand-over"),
]
