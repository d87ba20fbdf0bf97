"""Addresses of plan."""

from __future__ import annotations

from django.urls import path

from rasr.node.plan import decision_views, views
from rasr.node.plan.studies import views as studies

app_name = "plan"
urlpatterns = [
    path("plans/", views.Plans.as_view(), name="runs"),
    path("plans/start/", views.start, name="start"),
    path("plans/decided/", decision_views.Decisions.as_view(), name="decisions"),
    path("plans/decided/new/", decision_views.Decide.as_view(), name="decide"),
    path("plans/decided/<uuid:decision_id>/back/", decision_views.TakeBack.as_view(), name="take-back"),
    path("plans/studies/", studies.Studies.as_view(), name="studies"),
    path("plans/studies/new/<slug:kind>/", studies.Ask.as_view(), name="study-ask"),
    path("plans/studies/<uuid:run_id>/", studies.study, name="study"),
    path("plans/studies/<uuid:run_id>/tables/<slug:name>/", studies.study_table, name="study-table"),
    path("plans/scenarios/", studies.Scenarios.as_view(), name="scenarios"),
    path("plans/scenarios/new/", studies.NewScenario.as_view(), name="scenario-new"),
    path("plans/scenarios/<uuid:scenario_id>/", studies.scenario, name="scenario"),
    path("plans/scenarios/<uuid:scenario_id>/add/<slug:change>/", studies.AddChange.as_view(), name="scenario-add"),
    path("plans/scenarios/<uuid:scenario_id>/drop/<int:number>/", studies.DropChange.as_view(), name="scenario-drop"),
    path("plans/scenarios/<uuid:scenario_id>/remove/", studies.RemoveScenario.as_view(), name="scenario-remove"),
    path("plans/<uuid:run_id>/hold-fast/", decision_views.HoldFast.as_view(), name="hold-fast"),
    path("plans/<uuid:run_id>/approve/", decision_views.AskApproval.as_view(), name="approve"),
    path("plans/<uuid:run_id>/", views.plan_run, name="run"),
    path("plans/<uuid:run_id>/tables/<str:which>/<str:name>/", views.plan_table, name="table"),
]
