"""Addresses of execution."""

from __future__ import annotations

from django.urls import path

from rasr.node.execution import views

app_name = "execution"
urlpatterns = [
    path("campaigns/", views.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", views.OneCampaign.as_view(), name="campaign"),
    path("campaigns/<uuid:campaign_id>/drop/", views.Drop.as_view(), name="drop"),
    path("campaigns/<uuid:campaign_id>/find/", views.FindAnew.as_view(), name="find"),
    path("plans/<uuid:run_id>/hand-over/", views.HandOver.as_view(), name="hand-over"),
]
