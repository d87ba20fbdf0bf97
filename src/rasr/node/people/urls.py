"""Addresses of people."""

from __future__ import annotations

from allauth.account.views import logout
from django.urls import path
from django.views.decorators.http import require_POST

from rasr.node.people import (
    account_views,
    classify_views,
    emergency_views,
    invitation_views,
    people_views,
    privacy_views,
    sign_in,
    trail_views,
    views,
)
from rasr.node.people.approvals import views as approval_views
from rasr.node.people.whole import in_one

app_name = "people"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", require_POST(in_one(logout)), name="sign-out"),
    path("account/", account_views.account, name="account"),
    path("account/sessions/", account_views.Sessions.as_view(), name="sessions"),
    path("account/sessions/end/", account_views.EndSession.as_view(), name="end-session"),
    path("settings/", views.settings, name="settings"),
    path("classify/<path:site_id>/", classify_views.set_mark, name="classify"),
    path("settings/choose/", views.choose, name="choose"),
    path("people/invitations/", invitation_views.Invitations.as_view(), name="invitations"),
    path("people/invitations/new/", invitation_views.invite, name="invite"),
    path("people/invitations/<uuid:invitation_id>/", invitation_views.invitation, name="invitation"),
    path("people/invitations/<uuid:invitation_id>/withdraw/", invitation_views.withdraw, name="invitation-withdraw"),
    path("people/<int:user_id>/second-factor/", emergency_views.reset_second_factor, name="reset-second-factor"),
    path("people/", people_views.People.as_view(), name="people"),
    path("people/figures/", people_views.Figures.as_view(), name="figures"),
    path("people/<int:user_id>/", people_views.person, name="person"),
    path("people/<int:user_id>/facts/", people_views.ChangeFacts.as_view(), name="change-facts"),
    path("people/<int:user_id>/roles/give/", people_views.GiveRole.as_view(), name="give-role"),
    path("people/<int:user_id>/roles/<int:grant_id>/take/", people_views.TakeRole.as_view(), name="take-role"),
    path("people/<int:user_id>/email/", people_views.ChangeEmail.as_view(), name="change-email"),
    path("people/<int:user_id>/close/", people_views.Close.as_view(), name="close-account"),
    path("people/<int:user_id>/open/", people_views.Open.as_view(), name="open-account"),
    path("people/<int:user_id>/sessions/end/", people_views.end_sessions, name="end-sessions"),
    path("approvals/", approval_views.Approvals.as_view(), name="approvals"),
    path("approvals/<uuid:approval_id>/", approval_views.approval, name="approval"),
    path("approvals/<uuid:approval_id>/decide/", approval_views.decide, name="decide"),
    path("approvals/<uuid:approval_id>/withdraw/", approval_views.withdraw, name="withdraw"),
    path("activity/", trail_views.Activity.as_view(), name="activity"),
    path("history/<str:table>/<path:row_id>/", trail_views.History.as_view(), name="history"),
    path("trail/", trail_views.Trail.as_view(), name="trail"),
    path("trail/bundle.zip", trail_views.bundle, name="trail-bundle"),
    path("trail/<uuid:entry_id>/", trail_views.entry, name="entry"),
    path("join/", invitation_views.join, name="join"),
    path("privacy/", privacy_views.about, name="privacy"),
    path("account/my-data/", privacy_views.my_data, name="my-data"),
    path("account/my-data/my-data.json", privacy_views.my_data_file, name="my-data-file"),
    path("people/<int:user_id>/erase/", privacy_views.erase, name="erase"),
]
