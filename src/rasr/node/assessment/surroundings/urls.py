"""Addresses of surveys, safeguarding and files for maps; ``assessment.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.assessment.surroundings import asking_views, export_views, file_views, views

SURVEY = "surveys/<uuid:survey_id>/"
FILE = "surveys/files/<uuid:file_id>/"
urlpatterns: list[URLPattern] = [
    path("surveys/", views.Surveys.as_view(), name="surveys"),
    path("surveys/new/", file_views.new, name="survey-new"),
    path("surveys/take/", views.Take.as_view(), name="survey-take"),
    path("surveys/draw/", views.draw, name="survey-draw"),
    path("surveys/compare/", views.Compare.as_view(), name="survey-compare"),
    path(FILE, file_views.file, name="survey-file"),
    path(f"{FILE}faults/", file_views.Faults.as_view(), name="survey-faults"),
    path(f"{FILE}drop/", file_views.drop, name="survey-drop"),
    path(SURVEY, views.survey, name="survey"),
    path(f"{SURVEY}rows/", views.Rows.as_view(), name="survey-rows"),
    path(f"{SURVEY}map/", views.map_data, name="survey-map"),
    path(f"{SURVEY}enforce/", views.Enforce.as_view(), name="survey-enforce"),
    path(f"{SURVEY}cut/", views.Cut.as_view(), name="survey-cut"),
    path("safeguarding/", asking_views.Enquiries.as_view(), name="survey-answers"),
    path("safeguarding/ask/", asking_views.ask, name="survey-ask"),
    path("safeguarding/map/", asking_views.around, name="survey-around"),
    path("safeguarding/<uuid:enquiry_id>/", asking_views.answer, name="survey-answer"),
    path("safeguarding/<uuid:enquiry_id>/stores/", asking_views.Bound.as_view(), name="survey-bound"),
    path("safeguarding/<uuid:enquiry_id>/map/", asking_views.answer_map, name="survey-answer-map"),
    path("maps/", export_views.maps, name="survey-maps"),
    path("maps/stores/", export_views.StoresOut.as_view(), name="survey-stores"),
    path("maps/exposures/", export_views.ExposuresOut.as_view(), name="survey-exposures"),
    path("maps/distances/", export_views.DistancesOut.as_view(), name="survey-distances"),
]
