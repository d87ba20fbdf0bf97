"""Addresses of licences and emergency cards; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.licences import card_views, views

STORE, CARD = "stores/<path:store_id>/licence/", "stores/<path:store_id>/emergency-card/"
urlpatterns: list[URLPattern] = [
    path("licences/", views.Licences.as_view(), name="licence-list"),
    path("licences/after/<uuid:approval_id>/", views.after, name="licence-after"),
    path("licences/<uuid:form_id>/", views.form, name="licence-form"),
    path("licences/<uuid:form_id>/licence.pdf", views.pdf, name="licence-pdf"),
    path(f"{STORE}propose/", views.Propose.as_view(), name="licence-propose"),
    path(STORE, views.store, name="licence-store"),
    path(f"{CARD}contacts/", card_views.Contacts.as_view(), name="licence-card-contacts"),
    path(f"{CARD}distances/", card_views.Distances.as_view(), name="licence-card-distances"),
    path(f"{CARD}address/", card_views.address, name="licence-card-address"),
    path(f"{CARD}card.pdf", card_views.pdf, name="licence-card-pdf"),
    path(CARD, card_views.card, name="licence-card"),
    path("card/<slug:address>/", card_views.opened, name="licence-open-card"),
]
