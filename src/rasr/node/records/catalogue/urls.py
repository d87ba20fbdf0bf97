"""Addresses of this part of the register; ``records.urls`` takes them in."""

from __future__ import annotations

from django.urls import URLPattern, path

from rasr.node.records.catalogue import picture_views, same_views, views

urlpatterns: list[URLPattern] = [
    path("articles/new/", views.NewArticle.as_view(), name="article-new"),
    path("articles/duplicates/", same_views.duplicates, name="duplicates"),
    path("articles/duplicates/<int:apart_id>/back/", same_views.MayBeSame.as_view(), name="article-alike"),
    path("articles/apart/<path:article_id>/", same_views.TellApart.as_view(), name="article-apart"),
    path("articles/unidentified/", same_views.Unidentified.as_view(), name="unidentified"),
    path("articles/unidentified/new/", same_views.NewUnidentified.as_view(), name="unidentified-new"),
    path("articles/change/<path:article_id>/", views.ChangeArticle.as_view(), name="article-change"),
    path("articles/add/name/<path:article_id>/", views.AddName.as_view(), name="article-name"),
    path("articles/add/package/<path:article_id>/", views.AddPackage.as_view(), name="article-package"),
    path("articles/add/component/<path:article_id>/", views.AddComponent.as_view(), name="article-component"),
    path("articles/drop/<slug:what>/<int:row>/<path:article_id>/", views.drop, name="article-drop"),
    path("articles/amounts/<path:article_id>/", views.amounts, name="article-amounts"),
    path("articles/merge/<path:article_id>/", same_views.MergeArticle.as_view(), name="article-merge"),
    path("articles/undo-merge/<path:article_id>/", same_views.UndoMerge.as_view(), name="article-undo"),
    path("articles/identify/<path:article_id>/", same_views.Identify.as_view(), name="article-identify"),
    path("articles/classify/<path:article_id>/", same_views.Classify.as_view(), name="article-classify"),
    path("pictures/<uuid:picture_id>.jpg", picture_views.picture, name="picture"),
    path("pictures/<uuid:picture_id>/drop/", picture_views.Drop.as_view(), name="picture-drop"),
    path("pictures/add/<slug:table>/<path:row_id>/", picture_views.add, name="picture-add"),
]
