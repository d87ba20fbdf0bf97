"""The app places."""

from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Organisations, sites and stores: the rows that rights and records both point to."""

    name = "rasr.node.places"
    label = "places"
