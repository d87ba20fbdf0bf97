"""Addresses of lots and of what limits them; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.lots import views

LOT = "lots/<uuid:lot_id>/"
urlpatterns: list[URLPattern] = [
    path("lots/", views.Lots.as_view(), name="lots"),
    path("lots/without/", views.Unnamed.as_view(), name="lots-unnamed"),
    path("lots/without/<uuid:batch_id>/", views.NameLot.as_view(), name="lot-name"),
    path(LOT, views.lot, name="lot"),
    path(f"{LOT}facts/", views.ChangeLot.as_view(), name="lot-change"),
    path(f"{LOT}identity/", views.Identify.as_view(), name="lot-identity"),
    path(f"{LOT}component/", views.AddComponent.as_view(), name="lot-component"),
    path(f"{LOT}component/<int:component_id>/drop/", views.drop_component, name="lot-component-drop"),
    path(f"{LOT}test/", views.AddTest.as_view(), name="lot-test"),
    path(f"{LOT}ban/", views.LimitLot.as_view(), name="lot-constraint"),
    path("bans/", views.Constraints.as_view(), name="constraints"),
    path("bans/new/<path:article_id>/", views.LimitArticle.as_view(), name="article-constraint"),
    path("bans/<uuid:constraint_id>/", views.constraint, name="constraint"),
    path("bans/<uuid:constraint_id>/lift/", views.Lift.as_view(), name="constraint-lift"),
]
