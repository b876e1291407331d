"""The addresses of the review: what its keys do, a whole log, where it goes on, and the plan."""

from typing import Any

from django.urls import URLPattern, path

from ecrf.monitoring.plan import views as plan
from ecrf.monitoring.sdv import acts, views


def review_urls(site: Any) -> list[URLPattern]:
    """`site` guards each: only those who may read patients' data come in."""
    return [
        path("patients/<int:pk>/log/<slug:crf>/", site.admin_view(views.log_page), name="log"),
        path("items/<int:pk>/<slug:name>/verify/", site.act_view(acts.verify), name="verify"),
        path("items/<int:pk>/<slug:name>/ask/", site.act_view(acts.ask), name="ask"),
        path("verifications/<int:pk>/take-back/", site.act_view(acts.take_back), name="take-back"),
        path("patients/<int:pk>/verify-shown/", site.act_view(acts.verify_shown), name="verify-shown"),
        path("next-to-verify/", site.admin_view(acts.next_to_verify), name="next-to-verify"),
        path("next-to-verify/<int:pk>/", site.admin_view(acts.next_to_verify), name="next-to-verify"),
        path("plan/", site.form_view(plan.plan), name="plan"),
    ]
