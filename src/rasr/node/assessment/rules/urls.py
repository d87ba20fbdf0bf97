"""Addresses of rules; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.rules import taking, views

urlpatterns: list[URLPattern] = [
    path("rules/", views.Cells.as_view(), name="rules"),
    path("rules/beside/", views.Beside.as_view(), name="rules-beside"),
    path("rules/functions/", views.Functions.as_view(), name="rules-functions"),
    path("rules/functions/<str:name>/", views.function, name="rules-function"),
    path("rules/mixing/", views.Mixing.as_view(), name="rules-mixing"),
    path("rules/methods/", views.Methods.as_view(), name="rules-methods"),
    path("rules/methods/<slug:name>/", views.method, name="rules-method"),
    path("rules/entered/", views.Entered.as_view(), name="rules-entered"),
    path("rules/entered/<uuid:entry_id>/", views.entry, name="rules-entry"),
    path("rules/entered/<uuid:entry_id>/withdraw/", taking.Withdraw.as_view(), name="rules-withdraw"),
    path("rules/cell/", taking.NewCell.as_view(), name="rules-new-cell"),
    path("rules/function/", taking.NewFunction.as_view(), name="rules-new-function"),
    path("rules/pair/", taking.NewMixing.as_view(), name="rules-new-mixing"),
    path("rules/blank/", taking.blank, name="rules-blank"),
    path("rules/form/", taking.form, name="rules-form"),
]
