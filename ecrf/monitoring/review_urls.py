"""The addresses of the review: what its keys do, a whole log, where it goes on, and the plan."""

from typing import Any

from django.urls import URLPattern, path

from ecrf.monitoring import pages, plan_page, reviewing


def review_urls(site: Any) -> list[URLPattern]:
    """`site` guards each: only those who may read patients' data come in."""
    return [
        path("patients/<int:pk>/log/<slug:crf>/", site.admin_view(pages.log_page), name="log"),
        path("items/<int:pk>/<slug:name>/verify/", site.act_view(reviewing.verify), name="verify"),
        path("items/<int:pk>/<slug:name>/ask/", site.act_view(reviewing.ask), name="ask"),
        path("verifications/<int:pk>/take-back/", site.act_view(reviewing.take_back), name="take-back"),
        path("patients/<int:pk>/verify-shown/", site.act_view(reviewing.verify_shown), name="verify-shown"),
        path("next-to-verify/", site.admin_view(reviewing.next_to_verify), name="next-to-verify"),
        path("next-to-verify/<int:pk>/", site.admin_view(reviewing.next_to_verify), name="next-to-verify"),
        path("plan/", site.form_view(plan_page.plan), name="plan"),
    ]
