"""Addresses of people."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from rasr.node.people import views

app_name = "people"
urlpatterns = [
    path("sign-in/", login_not_required(views.SignIn.as_view()), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("settings/", views.settings, name="settings"),
    path("settings/choose/", views.choose, name="choose"),
]
