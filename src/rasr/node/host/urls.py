"""Addresses of the node itself: health and trust. All of them are public."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from rasr.node.host import views

app_name = "host"
urlpatterns = [
    path("health/live", login_not_required(views.live), name="live"),
    path("health/ready", login_not_required(views.ready), name="ready"),
    path("trust/", login_not_required(views.trust), name="trust"),
    path("trust/rasr-ca.crt", login_not_required(views.certificate), name="certificate"),
]
