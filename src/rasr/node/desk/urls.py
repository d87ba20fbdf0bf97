"""Addresses of desk."""

from __future__ import annotations

from django.urls import path

from rasr.node.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("map.json", views.map_data, name="map-data"),
    path("sites/", views.SiteList.as_view(), name="sites"),
    path("sites/<path:site_id>/surroundings.json", views.site_surroundings, name="site-surroundings"),
    path("sites/<path:site_id>/", views.site, name="site"),
    path("stores/", views.StoreList.as_view(), name="stores"),
    path("stores/<path:store_id>/", views.store, name="store"),
]
