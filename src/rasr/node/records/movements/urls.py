"""Addresses of movements, vouchers and stock cards; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.movements import card_views, views, voucher_views

urlpatterns: list[URLPattern] = [
    path("movements/", views.Movements.as_view(), name="movements"),
    path("movements/new/", views.start, name="move-start"),
    path("movements/in/<path:store_id>/", views.actions, name="move-in"),
    path("movements/new/<slug:kind>/<path:store_id>/", views.move, name="move"),
    path("movements/<uuid:movement_id>/", voucher_views.movement, name="movement"),
    path("movements/<uuid:movement_id>/voucher.pdf", voucher_views.voucher, name="voucher"),
    path("movements/<uuid:movement_id>/sign/", voucher_views.sign, name="movement-sign"),
    path("movements/<uuid:movement_id>/correct/", voucher_views.correct, name="movement-correct"),
    path("cards/<slug:what>/<path:key>/", card_views.card, name="card"),
]
