"""Addresses of the danger of a store."""

from __future__ import annotations

from django.urls import path

from rasr.node.assessment.stores import views

urlpatterns = [
    path("stores/<path:store_id>/danger/", views.danger, name="store-danger"),
    path("stores/<path:store_id>/danger/map/", views.map_data, name="store-map"),
    path("stores/<path:store_id>/danger/pairs/", views.Pairs.as_view(), name="store-pairs"),
    path("stores/<path:store_id>/what-if/", views.what_if, name="store-what-if"),
    path("stores/<path:store_id>/draft/<slug:kind>/", views.drafted, name="store-draft"),
    path("approvals/<uuid:approval_id>/danger/", views.movement, name="store-movement"),
]
