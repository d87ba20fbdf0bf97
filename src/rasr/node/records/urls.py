"""Addresses of records."""

from __future__ import annotations

from django.urls import path

from rasr.node.records import upload_views, views
from rasr.node.records.catalogue import urls as catalogue
from rasr.node.records.counts import urls as counts
from rasr.node.records.events import urls as events
from rasr.node.records.items import urls as items
from rasr.node.records.lots import urls as lots
from rasr.node.records.movements import urls as movements
from rasr.node.records.surplus import urls as surplus

app_name = "records"
urlpatterns = [
    *movements.urlpatterns,
    *catalogue.urlpatterns,
    *lots.urlpatterns,
    *items.urlpatterns,
    *counts.urlpatterns,
    *events.urlpatterns,
    *surplus.urlpatterns,
    path("stock/", views.Stock.as_view(), name="stock"),
    path("catalogue/", views.Catalogue.as_view(), name="catalogue"),
    path("catalogue/<path:article_id>/", views.OneArticle.as_view(), name="article"),
    path("register/", views.register, name="register"),
    path("register/register.xlsx", views.whole_register, name="whole-register"),
    path("register/<slug:table_name>/", views.RegisterTable.as_view(), name="table"),
    path("uploads/", upload_views.Uploads.as_view(), name="uploads"),
    path("uploads/new/", upload_views.new, name="upload-new"),
    path("uploads/template.xlsx", views.template, name="template"),
    path("uploads/<uuid:upload_id>/", upload_views.upload, name="upload"),
    path("uploads/<uuid:upload_id>/lines/<slug:loading>/", upload_views.Lines.as_view(), name="upload-lines"),
    path("uploads/<uuid:upload_id>/checked.xlsx", upload_views.annotated, name="annotated"),
    path("uploads/<uuid:upload_id>/check/", upload_views.check, name="check"),
    path("uploads/<uuid:upload_id>/load/", upload_views.load, name="load"),
    path("uploads/<uuid:upload_id>/discard/", upload_views.discard, name="discard"),
]
