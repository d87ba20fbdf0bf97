"""Addresses of what is due, incidents, inspections, actions and readings; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.events import views, watch_views

INCIDENT, INSPECTION = "incidents/<uuid:incident_id>/", "inspections/<uuid:inspection_id>/"
urlpatterns: list[URLPattern] = [
    path("due/", views.due_today, name="due"),
    path("incidents/", views.Incidents.as_view(), name="incidents"),
    path("incidents/new/", views.ReportIncident.as_view(), name="incident-new"),
    path(INCIDENT, views.incident, name="incident"),
    path(f"{INCIDENT}found/", views.FillIn.as_view(), name="incident-found"),
    path(f"{INCIDENT}figures/", views.StateFigures.as_view(), name="incident-figures"),
    path(f"{INCIDENT}action/", views.PlanAction.as_view(), name="incident-action"),
    path(f"{INCIDENT}close/", views.CloseIncident.as_view(), name="incident-close"),
    path("inspections/", watch_views.Inspections.as_view(), name="inspections"),
    path("inspections/new/", watch_views.PutDownInspection.as_view(), name="inspection-new"),
    path(INSPECTION, watch_views.inspection, name="inspection"),
    path(f"{INSPECTION}action/", watch_views.PlanCorrection.as_view(), name="inspection-action"),
    path("actions/", watch_views.Actions.as_view(), name="actions"),
    path("actions/<uuid:action_id>/", watch_views.action, name="action"),
    path("actions/<uuid:action_id>/done/", watch_views.FinishAction.as_view(), name="action-done"),
    path("climate/", watch_views.Climates.as_view(), name="climates"),
    path("climate/in/<path:store_id>/", watch_views.climate, name="climate"),
    path("climate/new/<path:store_id>/", watch_views.Measure.as_view(), name="climate-new"),
]
