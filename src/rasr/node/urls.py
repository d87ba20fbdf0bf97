"""Every address of the node."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("rasr.node.people.urls")),
    path("", include("rasr.node.people.account_urls")),
    path("", include("rasr.node.jobs.urls")),
    path("", include("rasr.node.records.urls")),
    path("", include("rasr.node.assessment.urls")),
    path("", include("rasr.node.plan.urls")),
    path("", include("rasr.node.execution.urls")),
    path("", include("rasr.node.host.urls")),
    path("", include("rasr.node.desk.urls")),
    path("api/", include("rasr.node.api.urls")),
]
handler400 = "rasr.node.web.views.bad_request"
handler403 = "rasr.node.web.views.forbidden"
handler404 = "rasr.node.web.views.not_found"
handler500 = "rasr.node.web.views.fault"
