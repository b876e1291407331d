"""Monitoring visits: planned, started on a frozen worklist, ended with report and letter, finished for good."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.drafts import blocks
from ecrf.monitoring.visits.services import VisitRefused, fingerprint, since_last
from ecrf.monitoring.visits.worklist import worklist_of
from tests.builders import a_patient, a_visit, enter
from tests.conftest import PASSWORD, make_user
from tests.ecrf.monitoring.review_world import (
    GRADES,
    PLANNED,
    a_finish,
    a_plan,
    a_start,
    an_end,
    asked,
    closed,
    complete_deviation,
    complete_mrc,
    signed,
    take_back,
    texts_seen,
    verified,
)
from tests.ecrf.monitoring.world import logged_in, statements, text_of
from tests.said_wrong import said_wrong

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-079")]

LIST = "/monitor/monitoring-visits/"


@pytest.fixture
def mrc(own, coordinator):
    return complete_mrc(own.visit, coordinator)


def address(name: str, visit, *more) -> str:
    return reverse(f"monitor:{name}", args=[visit.pk, *more])


def page(visit) -> str:
    return address("monitoring-visit", visit)


def planned(client, **given):
    plan = {"site": "01", "planned_on": "2099-11-30", "how": "remote", "key": str(uuid.uuid4())}
    return client.post(LIST, plan | given)


# --- the plan -------------------------------------------------------------------------------------


def test_planned_visit_stands_in_the_list_once_however_often_the_button_is_pressed(own, monitor):
    client, key = logged_in(monitor), str(uuid.uuid4())
    for _ in range(2):
        assert planned(client, key=key, purpose="Routine 定期 🙂").status_code == 302
    visit = MonitoringVisit.objects.get()
    assert "Planned Planned for Site" in text_of(client, LIST)
    assert "2099-11-30 01 Synthetic hospital 01 Remote" in text_of(client, LIST)
    assert "Routine 定期 🙂" in text_of(client, page(visit))
    event = AuditEvent.objects.filter(table="monitoring_monitoringvisit").latest("pk")
    assert (event.actor, event.role, event.source) == ("monitor", "monitor", "monitor")


@pytest.mark.parametrize(
    "given",
    [
        {"planned_on": ""},
        {"planned_on": "soon"},
        {"planned_on": "9999-12-31"},
        {"how": "by-post"},
        {"purpose": "x" * 2001},
        {"purpose": "a\x00b"},
        {"key": "x"},
    ],
)
def test_plan_with_bad_input_is_refused_and_keeps_what_was_typed(given, own, monitor):
    answer = planned(logged_in(monitor), **({"purpose": "Keep me"} | given))
    assert answer.status_code == 422
    assert not MonitoringVisit.objects.exists()
    if "purpose" not in given:
        assert "Keep me" in answer.content.decode()


def test_plan_moves_until_the_visit_starts(own, monitor):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)
    given = {"planned_on": "2099-12-01", "how": "remote", "purpose": "Moved"}
    assert client.post(page(visit), given).status_code == 302
    visit.refresh_from_db()
    assert (visit.planned_on, visit.how, visit.purpose) == (date(2099, 12, 1), "remote", "Moved")
    services.start_visit(visit=visit, by=monitor)
    answer = client.post(page(visit), given)
    assert answer.status_code == 409
    assert "its plan stays as it was" in answer.content.decode()


def test_day_that_is_past_is_asked_about_once(own, monitor):
    client = logged_in(monitor)
    refused = planned(client, planned_on="2020-01-01")
    assert refused.status_code == 422
    assert "2020-01-01 is past" in refused.content.decode()
    assert 'name="is_past_meant"' in refused.content.decode()
    assert planned(client, planned_on="2020-01-01", is_past_meant="yes").status_code == 302
    visit = MonitoringVisit.objects.get()
    kept = {"planned_on": "2020-01-01", "how": "remote", "purpose": "Moved nowhere"}
    assert client.post(page(visit), kept).status_code == 302
    assert client.post(page(visit), kept | {"planned_on": "2020-01-02"}).status_code == 422


def test_untouched_form_plans_nothing(own, monitor):
    shown = logged_in(monitor).get(LIST).content.decode()
    (day,) = re.findall('<input[^>]*name="planned_on"[^>]*>', shown)
    assert 'value=""' in day
    assert "required" in day


# --- who ------------------------------------------------------------------------------------------


def test_data_manager_reads_a_visit_and_conducts_none(own, monitor, data_manager):
    visit, client = a_start(own.site, monitor), logged_in(data_manager)
    assert "read only" in text_of(client, page(visit))
    assert "End the visit" not in text_of(client, page(visit))
    assert client.post(address("end-monitoring-visit", visit)).status_code == 403
    assert planned(client).status_code == 403


def test_another_monitor_of_the_site_reads_the_visit_and_does_not_conduct_it(own, monitor):
    colleague = make_user("colleague", Role.MONITOR, own.site)
    visit, client = a_plan(own.site, monitor), logged_in(colleague)
    assert client.get(page(visit)).status_code == 200
    answer = client.post(address("start-monitoring-visit", visit))
    assert answer.status_code == 403
    assert "this one is monitor’s" in answer.content.decode()
    with pytest.raises(PermissionDenied):
        services.start_visit(visit=visit, by=colleague)


def test_visit_of_another_site_does_not_exist(own, other_site):
    stranger = make_user("stranger", Role.MONITOR, other_site)
    own_monitor = make_user("own_monitor", Role.MONITOR, own.site)
    visit, client = a_plan(own.site, own_monitor), logged_in(stranger)
    assert client.get(page(visit)).status_code == 404
    assert client.post(address("start-monitoring-visit", visit)).status_code == 404
    assert planned(client).status_code == 404
    assert own.site.name not in text_of(client, LIST)


# --- start, end, finish ---------------------------------------------------------------------------


def test_acts_out_of_turn_are_refused_in_words(own, monitor):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)

    def act(name: str, **data) -> tuple[int, str]:
        answer = client.post(address(f"{name}-monitoring-visit", visit), data)
        return answer.status_code, answer.content.decode()

    assert "has not started yet" in act("end")[1]
    assert act("finish")[0] == 409
    assert act("start")[0] == 302
    status, words = act("start")
    assert (status, "already started" in words) == (409, True)
    assert "It has not ended yet" in act("finish")[1]
    assert act("end")[0] == 302
    status, words = act("end")
    assert (status, "already ended" in words) == (409, True)
    visit.refresh_from_db()
    services.save_text(
        visit=visit, kind="report", text="All well.", seen=fingerprint(visit.report), by=monitor
    )
    visit.refresh_from_db()
    given = {f"seen_{kind}": seen for kind, seen in texts_seen(visit).items()}
    given |= {"username": monitor.username, "password": PASSWORD}
    assert act("finish", **given)[0] == 302
    status, words = act("finish", **given)
    assert (status, "stay as they are" in words) == (409, True)


def test_one_visit_a_monitor_and_site_is_under_way_at_a_time(own, monitor):
    a_start(own.site, monitor)
    second = a_plan(own.site, monitor)
    with pytest.raises(VisitRefused, match="still under way"):
        services.start_visit(visit=second, by=monitor)
    with (
        pytest.raises(IntegrityError, match="one_under_way"),
        transaction.atomic(),
        acting(SYSTEM, source="test"),
    ):
        MonitoringVisit.objects.filter(pk=second.pk).update(
            started_at=timezone.now(), started_by=monitor, worklist={}
        )


def test_start_is_asked_once_and_taken_back_while_nothing_was_done(own, mrc, monitor):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)
    assert "Start the visit now" in text_of(client, page(visit))
    client.post(address("start-monitoring-visit", visit))
    assert "Take the start back" in text_of(client, page(visit))
    assert client.post(address("take-back-monitoring-start", visit)).status_code == 302
    visit.refresh_from_db()
    assert (visit.stage, visit.worklist, visit.started_by) == ("planned", None, None)
    told = text_of(client, "/sites/01/trail/")
    assert "Start of the monitoring visit taken back" in told
    assert client.post(address("take-back-monitoring-start", visit)).status_code == 409
    services.start_visit(visit=visit, by=monitor)
    verified(mrc, monitor, GRADES[0])
    assert "Take the start back" not in text_of(client, page(visit))
    answer = client.post(address("take-back-monitoring-start", visit))
    assert (answer.status_code, "it is ended, not taken back" in answer.content.decode()) == (409, True)


def test_database_takes_back_no_start_after_the_end(own, monitor):
    visit = an_end(a_start(own.site, monitor), monitor)
    nothing = {"started_at": None, "started_by": None, "worklist": None, "ended_at": None, "ended_by": None}
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        MonitoringVisit.objects.filter(pk=visit.pk).update(**nothing)


@pytest.mark.parametrize(
    "left",
    ["(To be written by the monitor.)", "Found: TBD", "[...]", "Name: ______", "XXX items", "todo: remarks"],
)
def test_report_that_still_holds_a_placeholder_is_not_finished(left, own, monitor):
    visit = an_end(a_start(own.site, monitor), monitor)
    text = f"## Remarks\n{left}"
    visit = services.save_text(
        visit=visit, kind="report", text=text, seen=fingerprint(visit.report), by=monitor
    )
    with pytest.raises(VisitRefused, match="The report still says"):
        services.finish_visit(visit=visit, seen=texts_seen(visit), by=monitor)


@pytest.mark.parametrize(
    "word", ["Todorov signed [sic].", "See 21 CFR 11.10(e).", "Phase XX", "(to begin with)"]
)
def test_words_that_only_look_like_a_placeholder_stay(word):
    assert not services.PLACEHOLDER.search(word)


def test_report_is_signed_with_the_password_and_not_without(own, monitor):
    visit = an_end(a_start(own.site, monitor), monitor)
    visit = services.save_text(
        visit=visit, kind="report", text="All well.", seen=fingerprint(visit.report), by=monitor
    )
    client, given = logged_in(monitor), {f"seen_{kind}": seen for kind, seen in texts_seen(visit).items()}
    for pair in ({}, {"username": "monitor", "password": "wrong"}, {"username": "x", "password": PASSWORD}):
        answer = client.post(address("finish-monitoring-visit", visit), given | pair)
        assert answer.status_code == 422
        wrong = said_wrong(answer.content)
        assert set(wrong) == {"username", "password"}
        assert all("Nothing was signed" in words for words in wrong.values())
    visit.refresh_from_db()
    assert visit.finished_at is None
    pair = {"username": "monitor", "password": PASSWORD}
    assert client.post(address("finish-monitoring-visit", visit), given | pair).status_code == 302
    assert "Signed with user name and password by Synthetic monitor" in text_of(client, page(visit))


def test_work_at_another_site_during_a_visit_is_told(own, other_site, monitor, coordinator):
    with acting(SYSTEM, source="test"):
        for person in (monitor, coordinator):
            Membership.objects.create(user=person, role=person.memberships.first().role, site=other_site)
    visit = a_start(own.site, monitor)
    elsewhere = a_visit(a_patient(other_site, coordinator), "W04", coordinator)
    entry = complete_mrc(elsewhere, coordinator)
    verified(entry, monitor, GRADES[0])
    asked(entry, monitor)
    words = f"Site {other_site.code}: 1 item verified, 1 query opened"
    assert words in text_of(logged_in(monitor), page(visit))
    here = reverse("monitor:casebook_visit_change", args=[elsewhere.pk])
    assert "is not part of your visit of site 01" in text_of(logged_in(monitor), here)
    visit = an_end(visit, monitor)
    assert f"- {words}" in visit.report
    assert "- 0 items verified" in visit.report


@pytest.mark.parametrize("change", [{"report": "Mended"}, {"finished_at": None, "finished_by": None}])
def test_database_keeps_a_finished_visit(change, own, monitor):
    visit = a_finish(an_end(a_start(own.site, monitor), monitor), monitor)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        MonitoringVisit.objects.filter(pk=visit.pk).update(**change)


def test_database_keeps_the_worklist_of_the_start(own, monitor):
    visit = a_start(own.site, monitor)
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        MonitoringVisit.objects.filter(pk=visit.pk).update(worklist={"sections": []})


# --- the worklist ---------------------------------------------------------------------------------


def points(visit, key: str) -> list[tuple[str, bool | None, str]]:
    found = worklist_of(visit, since_last(visit.monitor, visit.site))
    [part] = [part for part in found.parts if part.section.key == key]
    return [(point.line.where, point.is_done, point.words) for _, _, own in part.patients for point in own]


def test_frozen_worklist_does_not_move_and_shows_what_has_been_done_since(
    own, mrc, monitor, coordinator, investigator
):
    query = asked(mrc, monitor)
    visit = a_start(own.site, monitor)
    stored = visit.worklist
    assert points(visit, "left") == [("Week 4", False, "")]
    verified(mrc, monitor, *GRADES[:5])
    assert points(visit, "left") == [("Week 4", False, f"{PLANNED - 5} left now")]
    closed(query, monitor)
    signed(own.visit, investigator)
    [(_, is_done, words)] = points(visit, "queries")
    assert (is_done, words) == (True, "closed")
    assert points(visit, "unsigned") == [("Week 4", None, "signed")]  # not the monitor's to do
    complete_mrc(a_visit(a_patient(own.site, coordinator), "W04", coordinator), coordinator)
    assert len(points(visit, "left")) == 1
    visit.refresh_from_db()
    assert visit.worklist == stored
    assert "1 of 2 points done" in text_of(logged_in(monitor), page(visit))


def test_before_the_start_the_worklist_is_as_it_is_now(own, mrc, monitor, coordinator):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)
    assert "as it is now" in text_of(client, page(visit))
    assert points(visit, "left") == [("Week 4", None, "")]
    complete_mrc(a_visit(own.patient, "W07", coordinator), coordinator)
    assert [where for where, *_ in points(visit, "left")] == ["Week 4", "Week 7"]


def test_page_of_a_visit_takes_the_same_statements_whatever_stands_in_it(own, mrc, monitor, coordinator):
    asked(mrc, monitor)
    complete_deviation(own.patient, coordinator)
    few = a_start(own.site, monitor)
    client = logged_in(monitor)
    before = statements(client, page(few))
    an_end(few, monitor)
    for _ in range(3):
        entry = complete_mrc(a_visit(a_patient(own.site, coordinator), "W04", coordinator), coordinator)
        complete_deviation(entry.patient, coordinator)
        asked(entry, monitor)
    assert statements(client, page(a_start(own.site, monitor))) == before


# --- report and letter ----------------------------------------------------------------------------


def test_report_and_letter_tell_what_was_done_in_the_visit_and_what_is_open(
    own, mrc, monitor, coordinator, investigator
):
    verified(mrc, monitor, GRADES[10], at=timezone.now() - timedelta(days=1))
    before = asked(mrc, monitor, "Asked before", days=3)
    visit = a_start(own.site, monitor, purpose="Routine")
    kept, back = verified(mrc, monitor, GRADES[0], GRADES[1])
    take_back(back, monitor)
    after = asked(mrc, monitor, "Please\nconfirm 確認 🙂")
    closed(before, monitor)
    complete_deviation(own.patient, coordinator)
    an_end(visit, monitor)
    for words in (
        "Purpose: Routine",
        "- 1 item verified, of 1 patient",
        "- 01-001 · Week 4: MRC strength 1",
        "- 1 verification taken back",
        "- 1 query opened, 1 closed, 1 open at the end",
        f"Query {after.code} of 01-001, Week 4, MRC strength, Shoulder abduction, right: “Please confirm 確認 🙂”",
        "“Asked before”",
        "- 01-001: Week 4, Logs",
        "- 01-001 · Protocol deviation 1: 2026-11-01 · Dose · Minor",
    ):
        assert words in visit.report, words
    assert "Dear Investigator," in visit.letter
    today = own.site.today()
    assert f"“Please confirm 確認 🙂” (Site’s turn since {today}, asked {today})" in visit.letter
    assert "Asked before" not in visit.letter
    assert kept.stands


def test_drafts_say_of_an_event_that_it_is_late_and_of_a_signature_that_it_is_broken(
    own, mrc, monitor, coordinator, investigator
):
    """What the worklist shows in red must not be left out of what is sent."""
    signed(own.visit, investigator)
    enter(own.visit, "mrc-strength", coordinator, reason="Misread", **{GRADES[0]: "3"})
    late = {"became_aware_on": "2026-03-02", "became_aware_at": "08:00"}
    late |= {
        "reported_on": "2026-03-03",
        "reported_at": "10:00",
        "adverse_event": "1",
        "hospital_stay": "yes",
    }
    enter(own.patient, "serious-adverse-event", coordinator, **late)
    visit = an_end(a_start(own.site, monitor), monitor)
    for text in (visit.report, visit.letter):
        assert "(reported after 26 h" in text
        assert f"{own.patient.number}: Week 4 (signature broken)" in text


def test_another_monitors_work_is_not_in_the_report(own, mrc, monitor):
    colleague = make_user("colleague", Role.MONITOR, own.site)
    visit = a_start(own.site, monitor)
    verified(mrc, colleague, GRADES[0])
    assert "Nothing was verified." in an_end(visit, monitor).report


def test_two_monitors_visit_one_site_in_one_week_each_with_a_report_of_its_own(
    own, mrc, monitor, data_manager
):
    colleague = make_user("colleague", Role.MONITOR, own.site)
    visits = {}
    for who, day, words in ((monitor, 23, "Asked by the first"), (colleague, 24, "Asked by the second")):
        visits[who] = a_start(own.site, who, planned_on=date(2026, 11, day))
        asked(mrc, who, words)
    theirs, client = visits[colleague], logged_in(monitor)
    shown = text_of(client, page(visits[monitor]))
    assert "This is your visit planned for 2026-11-23" in shown
    assert re.search("2026-11-24 ?, Synthetic colleague under way", shown)
    assert "This is the visit of Synthetic colleague planned for 2026-11-24" in text_of(client, page(theirs))
    overview = text_of(logged_in(data_manager), "/monitor/")
    assert all(f"its worklist · Synthetic {name}" in overview for name in ("monitor", "colleague"))
    verified(mrc, monitor, GRADES[0])
    verified(mrc, colleague, *GRADES[1:3])
    first = an_end(visits[monitor], monitor)
    theirs.refresh_from_db()
    assert (theirs.stage, theirs.report) == ("under-way", "")
    second = an_end(theirs, colleague)
    for visit, count, words, others in (
        (first, "1 item", "Asked by the first", "Asked by the second"),
        (second, "2 items", "Asked by the second", "Asked by the first"),
    ):
        opened = visit.report.split("## Queries opened")[1].split("##")[0]
        assert f"- {count} verified, of 1 patient" in visit.report
        assert words in opened
        assert others not in opened
    writing = client.get(page(first)).content.decode()
    assert f"Of your visit of site {own.site.code}, started on" in writing
    a_finish(first, monitor)
    second.refresh_from_db()
    assert second.finished_at is None
    assert "Other visits of this site" not in text_of(client, page(first))
    a_finish(second, colleague)
    received = text_of(logged_in(data_manager), reverse("site-monitoring", args=[own.site.code]))
    assert all(f"· Synthetic {name} ·" in received for name in ("monitor", "colleague"))


def test_text_is_edited_saved_and_kept_in_the_trail(own, monitor):
    visit, client = an_end(a_start(own.site, monitor), monitor), logged_in(monitor)
    drafted = visit.letter
    text = "Dear Investigator,\r\n\r\n長い <b>text</b> 🙂\r\n" + "x" * 50_000
    save = address("save-monitoring-text", visit, "letter")
    assert client.post(save, {"text": text, "seen": fingerprint(drafted)}).status_code == 302
    visit.refresh_from_db()
    assert visit.letter == text.replace("\r\n", "\n")
    event = AuditEvent.objects.filter(table="monitoring_monitoringvisit").latest("pk")
    assert event.changes["letter"] == [drafted, visit.letter]
    assert "<b>text" not in client.get(page(visit)).content.decode()


def test_text_saved_meanwhile_in_another_window_is_shown_beside_what_was_typed(own, monitor):
    visit, client = an_end(a_start(own.site, monitor), monitor), logged_in(monitor)
    save, seen = address("save-monitoring-text", visit, "report"), fingerprint(visit.report)
    client.post(save, {"text": "First window", "seen": seen})
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(save, {"text": "Second window", "seen": seen}, headers=headers)
        assert answer.status_code == 409
        shown = answer.content.decode()
        assert "First window" in shown
        assert "Second window" in shown or headers
        assert fingerprint("First window") in shown
    visit.refresh_from_db()
    assert visit.report == "First window"


@pytest.mark.parametrize("text", ["a\x00b", "x" * 200_001])
def test_text_that_cannot_be_kept_is_refused_and_stays_on_the_page(text, own, monitor):
    visit, client = an_end(a_start(own.site, monitor), monitor), logged_in(monitor)
    save = address("save-monitoring-text", visit, "report")
    answer = client.post(save, {"text": text, "seen": fingerprint(visit.report)})
    assert answer.status_code == 422
    assert text.replace("\x00", "")[:200_001] in answer.content.decode()


def test_refusal_that_shows_no_other_text_lets_nobody_save_over_one(own, monitor):
    visit, client = an_end(a_start(own.site, monitor), monitor), logged_in(monitor)
    save, seen = address("save-monitoring-text", visit, "report"), fingerprint(visit.report)
    client.post(save, {"text": "First window", "seen": seen})
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(save, {"text": "x" * 200_001, "seen": seen}, headers=headers).content.decode()
        assert f'name="seen" value="{seen}"' in answer
        assert f'name="seen" value="{fingerprint("First window")}"' not in answer


def test_text_is_not_saved_before_the_end_nor_after_the_finish(own, monitor):
    visit, client = a_start(own.site, monitor), logged_in(monitor)
    save = address("save-monitoring-text", visit, "report")
    assert client.post(save, {"text": "Early", "seen": ""}).status_code == 409
    an_end(visit, monitor)
    a_finish(visit, monitor)
    answer = client.post(save, {"text": "Too late", "seen": fingerprint(visit.report)})
    assert answer.status_code == 409
    visit.refresh_from_db()
    assert visit.report not in ("Early", "Too late")


def test_visit_is_not_finished_over_a_text_that_was_not_seen(own, monitor):
    visit = an_end(a_start(own.site, monitor), monitor)
    seen = texts_seen(visit)
    services.save_text(visit=visit, kind="report", text="Later", seen=seen["report"], by=monitor)
    with pytest.raises(VisitRefused, match="saved again"):
        services.finish_visit(visit=visit, seen=seen, by=monitor)


def test_printed_letter_is_addressed_to_the_investigator_and_says_when_it_is_a_draft(own, mrc, monitor):
    visit, client = a_start(own.site, monitor), logged_in(monitor)
    address_of_print = address("print-monitoring-text", visit, "letter")
    assert client.get(address_of_print).status_code == 404
    an_end(visit, monitor)
    paper = text_of(client, address_of_print)
    assert "To the principal investigator Synthetic hospital 01" in paper
    assert "Draft: the visit is not finished" in paper
    assert "Yours sincerely, Synthetic monitor Monitor To: Synthetic " in paper
    assert "Synthetic monitor, monitor" not in paper
    a_finish(visit, monitor)
    printed = text_of(client, address_of_print)
    assert "Draft" not in printed
    assert "Signed electronically, with user name and password, by Synthetic monitor, monitor," in printed
    assert client.get(address("print-monitoring-text", visit, "nonsense")).status_code == 404


def test_text_is_printed_in_headings_points_and_paragraphs():
    found = blocks("## Title\nOne\ntwo\n\n- a\n- b\n\n<b>not bold</b>")
    assert [(block["kind"], block["lines"]) for block in found] == [
        ("heading", ["Title"]),
        ("paragraph", ["One", "two"]),
        ("list", ["a", "b"]),
        ("paragraph", ["<b>not bold</b>"]),
    ]
