"""Addresses of this part of the register; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
