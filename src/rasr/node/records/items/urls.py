"""Addresses of items; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.items import views

ITEM = "items/<uuid:item_id>/"
urlpatterns: list[URLPattern] = [
    path("items/", views.Items.as_view(), name="items"),
    path("items/pieces/", views.Pieces.as_view(), name="pieces"),
    path("items/pieces/<uuid:batch_id>/<path:store_id>/", views.Itemise.as_view(), name="itemise"),
    path(ITEM, views.item, name="item"),
    path(f"{ITEM}facts/", views.ChangeItem.as_view(), name="item-change"),
    path(f"{ITEM}law/", views.SetLegal.as_view(), name="item-legal"),
    path(f"{ITEM}hand-over/", views.HandOver.as_view(), name="item-hand-over"),
    path(f"{ITEM}take-back/", views.TakeBack.as_view(), name="item-take-back"),
    path(f"{ITEM}return/", views.ReturnItem.as_view(), name="item-return"),
]
