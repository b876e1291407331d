"""Every address of the monitor's pages, in one table: `see` answers a GET, `fill` a GET and a POST, `act` a POST."""

from typing import Any

from django.urls import URLPattern, path

from ecrf.monitoring.home import views as home
from ecrf.monitoring.locks import views as locks
from ecrf.monitoring.plan import views as plan
from ecrf.monitoring.queries import bulk, my_turn, noise
from ecrf.monitoring.queries import views as queries
from ecrf.monitoring.sdv import acts, views
from ecrf.monitoring.visits import views as visits

VISITS, VISIT = "monitoring-visits/", "monitoring-visits/<int:pk>/"
LOCKED = "locks/<slug:scope>/<str:key>/"
STUDY = {"scope": "study"}
QUERIES, QUERY = "queries/query/", "queries/query/<int:pk>/"
ITEM = "items/<int:pk>/<slug:name>/"


def urls(site: Any) -> list[URLPattern]:
    """`site` guards each: only those who may read patients' data come in."""
    see, fill, act = site.admin_view, site.form_view, site.act_view
    return [
        path("", see(home.index), name="index"),
        path("sites/<slug:code>/<slug:section>/", see(home.work_list), name="work-list"),
        # Monitoring visits
        path(VISITS, fill(visits.visits), name="monitoring-visits"),
        path(VISIT, fill(visits.visit), name="monitoring-visit"),
        path(f"{VISIT}start/", act(visits.start), name="start-monitoring-visit"),
        path(f"{VISIT}take-back-start/", act(visits.take_back_start), name="take-back-monitoring-start"),
        path(f"{VISIT}call-off/", act(visits.call_off), name="call-off-monitoring-visit"),
        path(f"{VISIT}end/", act(visits.end), name="end-monitoring-visit"),
        path(f"{VISIT}finish/", act(visits.finish), name="finish-monitoring-visit"),
        path(f"{VISIT}<slug:kind>/draft/", act(visits.draft_again), name="draft-monitoring-text"),
        path(f"{VISIT}<slug:kind>/save/", act(visits.save_text), name="save-monitoring-text"),
        path(f"{VISIT}<slug:kind>/print/", see(visits.printed), name="print-monitoring-text"),
        # Source data verification
        path("patients/<int:pk>/log/<slug:crf>/", see(views.log_page), name="log"),
        path("patients/<int:pk>/verify-shown/", act(acts.verify_shown), name="verify-shown"),
        path(f"{ITEM}verify/", act(acts.verify), name="verify"),
        path(f"{ITEM}ask/", act(acts.ask), name="ask"),
        path("casebook/entry/<int:pk>/<slug:name>/history/", see(views.history), name="item-history"),
        path("verifications/<int:pk>/take-back/", act(acts.take_back), name="take-back"),
        path("next-to-verify/", see(acts.next_to_verify), name="next-to-verify"),
        path("next-to-verify/<int:pk>/", see(acts.next_to_verify), name="next-to-verify"),
        path("plan/", fill(plan.plan), name="plan"),
        path("plan/effect/", act(plan.effect), name="plan-effect"),
        # Queries
        path(f"{QUERIES}checks/", see(noise.noisy_checks), name="noisy-checks"),
        path("queries/my-turn/", see(my_turn.first), name="my-turn"),
        path("queries/close/", fill(bulk.close), name="close-queries"),
        path("queries/ask-again/", fill(bulk.ask_again), name="ask-queries-again"),
        path(f"{QUERIES}open/<int:pk>/<slug:name>/", fill(queries.open_here), name="open-query"),
        path(f"{QUERY}ask-again/", act(queries.ask_again), name="ask-query-again"),
        path(f"{QUERY}reply/", act(queries.reply), name="reply-to-site"),
        path(f"{QUERY}read/", act(queries.mark_read), name="mark-note-read"),
        path(f"{QUERY}pass-on/", act(queries.pass_on), name="pass-query-on"),
        path(f"{QUERY}close/", act(queries.close), name="close-query"),
        path(f"{QUERY}reopen/", act(queries.reopen), name="reopen-query"),
        # Freezes and locks: each act at its own address, for the study and for what belongs to it
        path("locks/", see(locks.overview), name="locks"),
        path("locks/<int:pk>/lift/", act(locks.lift_one), name="lift-lock"),
        path("locks/study/", see(locks.scope), STUDY, name="study-locks"),
        path("locks/study/freeze/", act(locks.freeze), STUDY, name="freeze-study"),
        path("locks/study/lock/", act(locks.lock), STUDY, name="lock-study"),
        path(LOCKED, see(locks.scope), name="scope-locks"),
        path(f"{LOCKED}freeze/", act(locks.freeze), name="freeze-scope"),
        path(f"{LOCKED}lock/", act(locks.lock), name="lock-scope"),
        *(url for admin in site.lists for url in admin.list_urls()),
    ]
