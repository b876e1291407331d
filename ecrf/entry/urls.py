"""The addresses of the site's pages. A patient's number holds no personal data."""

from django.urls import path

from ecrf.entry.ending.views import end_patient
from ecrf.entry.patient import views as patient
from ecrf.entry.queries import conversation_views as asking
from ecrf.entry.queries import views as queries
from ecrf.entry.ranges import views as ranges
from ecrf.entry.rules import views as rules
from ecrf.entry.signing import views as signing
from ecrf.entry.signing.declaration import declaration
from ecrf.entry.today import views as today
from ecrf.entry.visit import carry_views, reason_views
from ecrf.entry.visit import item_views as item
from ecrf.entry.visit import views as visit

FORM = "patients/<str:number>/<str:segment>/<slug:crf>/<int:entry_number>/"
PLACE = "patients/<str:number>/<str:segment>/<slug:crf>/<str:address>/<slug:name>/"

urlpatterns = [
    path("", today.today, name="today"),
    path("account/declaration/", declaration, name="declaration"),
    path("checks/", rules.checks, name="checks"),
    path("assumptions/", rules.checks, name="assumptions"),  # as the page was called before
    path("sites/<slug:code>/ranges/", ranges.ranges, name="ranges"),
    path("sites/<slug:code>/ranges/<int:pk>/end/", ranges.end, name="end-range"),
    path("sites/<slug:code>/ranges/<int:pk>/withdraw/", ranges.withdraw, name="withdraw-range"),
    path("queries/", queries.queries, name="queries"),
    path("patients/<str:number>/queries/<int:query_number>/answer/", queries.answer, name="answer-query"),
    path("patients/<str:number>/queries/<int:query_number>/go-on/", asking.go_on, name="go-on-asking"),
    path("patients/<str:number>/queries/<int:query_number>/finish/", asking.finish, name="finish-asking"),
    path("patients/add/", patient.add, name="add-patient"),
    path("patients/<str:number>/", patient.patient, name="patient"),
    path("patients/<str:number>/end/<slug:ending>/", end_patient, name="end-patient"),
    path("patients/<str:number>/sign/", signing.casebook, name="sign-casebook"),
    path("patients/<str:number>/<str:segment>/questions/", asking.ask, name="ask-monitor"),
    path(
        "patients/<str:number>/<str:segment>/reasons/", reason_views.save_with_reason, name="save-with-reason"
    ),
    path("patients/<str:number>/casebook/<slug:crf>/add/", visit.add_log_form, name="add-log-form"),
    path("patients/<str:number>/casebook/<slug:crf>/", visit.log, name="log"),
    path("patients/<str:number>/casebook/<slug:crf>/<int:entry_number>/", visit.log_form, name="log-form"),
    path("patients/<str:number>/<str:code>/", visit.visit, name="visit"),
    path("patients/<str:number>/<str:code>/open/", patient.open, name="open-visit"),
    path("patients/<str:number>/<str:code>/sign/", signing.visit, name="sign-visit"),
    path(f"{FORM}sign/", signing.form, name="sign-form"),
    path(f"{FORM}carry/", carry_views.carry, name="carry-over"),
    path(f"{FORM}leave/", item.leave_form, name="leave-form"),
    path(PLACE, item.item, name="item"),
    path(f"{PLACE}history/", item.history, name="item-history"),
    path("discrepancies/<int:discrepancy_id>/confirm/", item.confirm_discrepancy, name="confirm-discrepancy"),
]
