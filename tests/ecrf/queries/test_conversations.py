"""A site asks the monitor and leaves notes at any item; nothing of it changes data or stands in the way of anything."""

import uuid

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import strike_out, strike_patient, strike_visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.checklist import Target, checklist
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.queries import conversations, services
from ecrf.queries.lookup import is_read, number_to_answer, open_queries
from ecrf.queries.models import Act, Query, QueryKind, Turn
from ecrf.queries.services import NotAllowed, QueryRefused, TextRefused
from ecrf.signatures.models import Signature
from ecrf.verification.models import Verification
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.casebook.striking.acts import strike_alone
from tests.ecrf.queries.builders import answered, asked, complete, conversation, vital_signs

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


def opened(place, by, kind=QueryKind.QUESTION, text="Is this the right arm?", item="pulse", **more):
    actor = by.acting_at(place.patient.site, Right.ANSWER)
    return conversations.open_here(place=place, item=item, kind=kind, text=text, by=by, actor=actor, **more)


def of_site(name, query, by, **more):
    """`of_site("go_on", question, coordinator, text=…)`"""
    actor = by.acting_at(query.site, Right.ANSWER)
    return getattr(conversations, name)(query=query, by=by, actor=actor, **more)


def of_review(name, query, by, **more):
    actor = by.acting_at(query.site, Right.QUERY)
    where = conversations if hasattr(conversations, name) else services
    return getattr(where, name)(query=query, by=by, actor=actor, **more)


@pytest.fixture
def place(visit):
    return a_place(visit, "vital-signs")


# --- the rule: over every item of every form ---------------------------------------------------------------------


def data_rows():
    """Every row of every form, with what is derived from them for lists, and what was reviewed."""
    tables = [definition.model for definition in CRFS.values()]
    tables += [Entry, ReviewStatus, PatientStatus, Verification, Signature]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in tables}


def places_of(patient, visits):
    """A place of every form, and of every kind of row: those that nobody has begun among them."""
    trial = protocol()
    for key, definition in CRFS.items():
        above = definition.row_of or key
        where = [visit for visit in visits if trial.plan(visit.code).may_hold(above)]
        stands = where if above not in (*trial.logs, *trial.patient_forms) else [patient]
        for one in stands:
            yield a_place(one, key, parent=1 if definition.row_of else None)


def test_questions_and_notes_at_every_item_leave_all_data_as_they_were(site, coordinator, monitor):
    patient = a_patient(site, coordinator)
    visits = [a_visit(patient, code, coordinator) for code in ("SCR", "W01", "W04")]
    vital_signs(visits[2], coordinator)
    complete(visits[2], "vital-signs", coordinator)
    enter(visits[1], "reading", coordinator, **{next(iter(CRFS["reading"].entered)): "1"})
    before, count = data_rows(), 0
    for place in places_of(patient, visits):
        for item in place.definition.items:
            note = opened(place, coordinator, QueryKind.NOTE, f"Note at {place} {item}", item)
            question = opened(place, coordinator, QueryKind.QUESTION, f"Question at {place} {item}", item)
            of_review("reply", question, monitor, text="Yes")
            of_site("finish", note, coordinator)
            count += 2
    assert count > 100
    assert data_rows() == before
    assert not open_queries().exists()
    assert number_to_answer(coordinator) == 0
    assert Query.every.filter(entry=None).exists()
    assert verify().faults == []


def test_form_with_open_questions_and_notes_is_completed_verified_and_signed(
    visit, place, coordinator, monitor, investigator
):
    vital_signs(visit, coordinator)
    own = [opened(place, coordinator, kind) for kind in QueryKind]
    actor = coordinator.acting_at(place.patient.site, Right.ENTER)
    assert complete_entries(patient=place.patient, places=[place], by=actor) == []
    page = client_of(monitor).get(f"/monitor/casebook/visit/{visit.pk}/change/").content.decode()
    assert "data-query" not in page
    assert all(one.name in page for one in own)


# --- at a form that nobody has begun -------------------------------------------------------------------------------


def test_note_at_a_form_not_begun_does_not_begin_it_and_stays_with_it_once_it_is_begun(
    visit, place, coordinator, monitor
):
    before = data_rows()
    note = opened(place, coordinator, QueryKind.NOTE)
    question = opened(a_place(visit, "vital-signs"), coordinator, item="systolic")
    assert data_rows() == before
    assert (note.entry, note.spot, question.where) == (
        None,
        "vital-signs:1",
        "Week 4 · Vital signs and weight",
    )
    vital_signs(visit, coordinator)
    entry = Entry.objects.get(visit=visit, crf="vital-signs")
    for one in (note, question):
        one.refresh_from_db()
        assert (one.entry, one.crf, one.visit) == (entry, None, None)
    of_review("reply", question, monitor, text="The right one")
    assert conversation(question)[-1] == (Act.ANSWERED, "The right one")


def test_note_at_a_row_of_a_form_begun_by_its_row_finds_both(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "SCR", coordinator)
    row = a_place(visit, "lab-result", 2, parent=1)
    note = opened(row, coordinator, QueryKind.NOTE, item=next(iter(row.definition.items)))
    above = opened(a_place(visit, "laboratory"), coordinator, item=next(iter(CRFS["laboratory"].items)))
    item = next(iter(row.definition.entered))
    enter(visit, "lab-result", coordinator, number=2, parent=1, **{item: "12"})
    note.refresh_from_db()
    above.refresh_from_db()
    assert (note.entry.crf, note.entry.number, above.entry) == ("lab-result", 2, note.entry.parent)


def test_numbers_are_shared_with_the_queries_of_patient_and_study(entry, place, coordinator, monitor):
    question = opened(place, coordinator)
    query = asked(entry, monitor)
    note = opened(place, coordinator, QueryKind.NOTE)
    assert [question.number, query.number, note.number] == [1, 2, 3]
    assert question.name == f"Question Q{question.pk}"
    assert query.name == f"Query Q{query.pk}"
    assert note.name == f"Note Q{note.pk}"


# --- the conversation ----------------------------------------------------------------------------------------------


def test_question_goes_to_the_monitor_and_back_and_the_site_closes_it(
    entry, place, coordinator, monitor, data_manager
):
    question = opened(place, coordinator)
    assert (question.turn, question.value) == (Turn.MONITOR, "70 /min")
    of_review("pass_on", question, monitor, to=Turn.DATA_MANAGER, text="For you")
    of_review("reply", question, data_manager, text="Either arm")
    assert question.turn == Turn.SITE
    of_site("go_on", question, coordinator, text="And the left?")
    assert question.turn == Turn.DATA_MANAGER  # who answered last
    of_review("reply", question, data_manager, text="Yes")
    of_site("finish", question, coordinator)
    assert (question.turn, question.closed_by) == (Turn.NOBODY, coordinator)
    assert [act for act, _text in conversation(question)] == [
        Act.OPENED, Act.PASSED_ON, Act.ANSWERED, Act.ASKED_AGAIN, Act.ANSWERED, Act.CLOSED,
    ]  # fmt: skip


def test_note_is_nobodys_turn_and_shows_whether_it_was_read(entry, place, coordinator, monitor, data_manager):
    note = opened(place, coordinator, QueryKind.NOTE, "The cuff was changed")

    def is_read_now():
        note.__dict__.pop("said", None)
        in_sql = Query.every.annotate(read=is_read()).get(pk=note.pk).read
        assert in_sql == bool(note.answered_by)
        return in_sql

    assert (note.turn, is_read_now()) == (Turn.ANYBODY, False)
    of_review("mark_read", note, monitor)
    assert is_read_now()
    with pytest.raises(QueryRefused, match="read already"):
        of_review("mark_read", note, data_manager)
    of_site("go_on", note, coordinator, text="And again")
    assert not is_read_now()
    of_review("reply", note, monitor, text="Thank you")
    assert (is_read_now(), note.turn) == (True, Turn.ANYBODY)


@pytest.mark.parametrize("kind", QueryKind)
def test_who_may_do_what_in_them(entry, place, coordinator, investigator, monitor, statistician, kind):
    one = opened(place, coordinator, kind)
    with pytest.raises(NotAllowed):
        opened(place, monitor, kind, "From the monitor")
    for name in ("go_on", "finish"):
        act_in_it, actor = getattr(conversations, name), monitor.acting_at(one.site, Right.QUERY)
        with pytest.raises(NotAllowed):
            act_in_it(query=one, text="No", by=monitor, actor=actor)
    with pytest.raises(NotAllowed):
        of_site("reply", one, coordinator, text="No")
    for name in ("close", "ask_again", "reopen"):
        with pytest.raises(QueryRefused, match="the site's own"):
            of_review(name, one, monitor, text="No")
    with pytest.raises(QueryRefused, match="the site's own"):
        answered(one, coordinator)
    of_site("finish", one, investigator)
    for name, more in (("go_on", {"text": "More"}), ("finish", {})):
        with pytest.raises(QueryRefused, match="is closed by"):
            of_site(name, one, coordinator, **more)


def test_queries_are_not_taken_for_conversations(entry, coordinator, monitor):
    query = asked(entry, monitor)
    for name in ("go_on", "finish"):
        with pytest.raises(QueryRefused, match="asks the site"):
            of_site(name, query, coordinator, text="No")
    with pytest.raises(QueryRefused, match="asks the site"):
        of_review("reply", query, monitor, text="No")


def test_passing_on_to_the_site_or_a_note_is_refused(entry, place, coordinator, monitor):
    question, note = opened(place, coordinator), opened(place, coordinator, QueryKind.NOTE)
    for one, to in ((question, Turn.SITE), (note, Turn.DATA_MANAGER), (question, Turn.ANYBODY)):
        with pytest.raises(TextRefused, match="Choose to whom"):
            of_review("pass_on", one, monitor, to=to, text="For you")


def test_same_click_and_same_words_open_one(place, coordinator):
    key = uuid.uuid4()
    first = opened(place, coordinator, request_key=key)
    assert opened(place, coordinator, request_key=key, text="Typed over") == first
    assert opened(place, coordinator) == first
    with pytest.raises(QueryRefused, match="out of date"):
        opened(place, coordinator, item="systolic", request_key=key)


def test_who_answers_what_another_has_answered_meanwhile_is_told(place, coordinator, monitor):
    question = opened(place, coordinator)
    seen = question.messages.last().pk
    of_review("reply", question, monitor, text="Yes", seen=seen)
    with pytest.raises(QueryRefused, match=f"Somebody wrote in question {question.code} meanwhile"):
        of_review("reply", question, monitor, text="No", seen=seen)


def test_blank_words_and_struck_out_rows_are_refused(entry, place, coordinator):
    with pytest.raises(TextRefused):
        opened(place, coordinator, text=" ​ ")
    adverse = a_place(place.patient, "adverse-event")
    enter(place.patient, "adverse-event", coordinator, **{next(iter(adverse.definition.entered)): "Headache"})
    stored = Entry.objects.get(crf="adverse-event")
    actor = coordinator.acting_at(stored.site, Right.ENTER)
    strike_out(entry=stored, reason="Entered twice", by=coordinator, actor=actor)
    with pytest.raises(QueryRefused, match="struck out"):
        opened(adverse, coordinator, item=next(iter(adverse.definition.items)))


# --- locks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_begun", [True, False])
@pytest.mark.parametrize("scope", [LockScope.STUDY, LockScope.PATIENT, LockScope.VISIT])
def test_lock_holds_them_and_a_freeze_does_not(
    visit, place, coordinator, monitor, data_manager, scope, is_begun
):
    if is_begun:
        vital_signs(visit, coordinator)
    question = opened(place, coordinator)
    note = opened(place, coordinator, QueryKind.NOTE)
    _hold(LockKind.FREEZE, scope, visit, data_manager)
    of_review("reply", question, monitor, text="Yes")
    _hold(LockKind.LOCK, scope, visit, data_manager)
    for act in (
        lambda: of_site("go_on", question, coordinator, text="More"),
        lambda: of_site("finish", note, coordinator),
        lambda: of_review("reply", note, monitor, text="Read"),
        lambda: opened(place, coordinator, text="Another one"),
    ):
        with pytest.raises(QueryRefused, match="locked"):
            act()
    page = client_of(coordinator).get("/queries/?turn=locked").content.decode()
    assert "Is this the right arm?" in page
    assert "Is this the right arm?" not in client_of(coordinator).get("/queries/?turn=notes").content.decode()


def _hold(kind, scope, visit, by):
    what = {LockScope.PATIENT: {"patient": visit.patient}, LockScope.VISIT: {"visit": visit}}.get(scope, {})
    actor = by.acting_at(visit.site, Right.LOCK)
    why = {"reason": "Interim analysis", "despite_open_points": True}
    put(kind=kind, scope=scope, by=by, actor=actor, **what, **why)


# --- pages ----------------------------------------------------------------------------------------------------------


def page_of(visit):
    return f"/patients/{visit.patient.number}/{visit.code}/"


def ask(client, visit, script=True, **data):
    given = {"about": "vital-signs:1:pulse", "kind": "question", "text": "Which arm?", **data}
    url = reverse("ask-monitor", args=[visit.patient.number, visit.code])
    return client.post(url, given, headers=HX if script else {})


@pytest.mark.parametrize("is_begun", [False, True], ids=["nobody began it anew", "begun anew"])
def test_form_struck_out_at_the_place_takes_no_question_from_the_one_in_its_stead(
    visit, coordinator, place, is_begun
):
    """As after a move: a form that is there once has left its place."""
    old = strike_alone(enter(visit, "vital-signs", coordinator, pulse="70").row.entry, coordinator, "Moved")
    if is_begun:
        enter(visit, "vital-signs", coordinator, pulse="71")
    asked_here = opened(place, coordinator)
    assert asked_here.entry_id != old.pk
    assert bool(asked_here.entry_id) is is_begun


@pytest.mark.parametrize(
    "about", ["vital-signs:1:pulse", "vital-signs:1:weight_kg", "dose-lot:1.1:lot_number"]
)
def test_site_asks_at_an_item_of_a_form_begun_or_not(visit, coordinator, about):
    client = client_of(coordinator)
    response = ask(client, visit, about=about)
    assert response.status_code == 200
    crf, address, name = about.split(":")
    assert f'id="k-{crf}-{address.replace(".", "_")}-{name}"' in response.content.decode()
    page = client.get(page_of(visit)).content.decode()
    assert "Which arm?" in page
    assert "monitor&#x27;s turn" in page or "monitor's turn" in page
    assert not Entry.objects.filter(crf=crf).exists()


def test_refusals_come_in_words_and_keep_the_text(visit, coordinator, data_manager):
    client = client_of(coordinator)
    blank = ask(client, visit, text=" ")
    assert (blank.status_code, blank["Content-Type"].split(";")[0]) == (422, "text/plain")
    _hold(LockKind.LOCK, LockScope.VISIT, visit, data_manager)
    held = ask(client, visit, script=False, text="Typed at length")
    assert held.status_code == 409
    assert "Typed at length" in held.content.decode()
    assert "Not sent." in held.content.decode()


@pytest.mark.parametrize(
    "about", ["vital-signs:1:nothing", "vital-signs:9:pulse", "adverse-event:1:term", "x", ""]
)
def test_place_that_is_not_on_the_page_does_not_exist(visit, coordinator, about):
    assert ask(client_of(coordinator), visit, about=about).status_code == 404
    assert not Query.every.exists()


def test_page_to_choose_an_item_of_a_form_needs_no_script(visit, coordinator):
    client = client_of(coordinator)
    url = reverse("ask-monitor", args=[visit.patient.number, visit.code])
    page = client.get(f"{url}?form=vital-signs:1").content.decode()
    names = CRFS["vital-signs"].items
    assert all(f'value="vital-signs:1:{name}"' in page for name in names)
    response = ask(client, visit, script=False, kind="note", form="vital-signs:1")
    assert response.url == f"{page_of(visit)}#k-vital-signs-1-pulse"


def test_site_goes_on_and_closes_without_script(entry, place, coordinator, monitor):
    question = opened(place, coordinator)
    of_review("reply", question, monitor, text="The right one")
    client, number = client_of(coordinator), question.patient.number
    alone = reverse("answer-query", args=[number, question.number])
    assert "The right one" in client.get(alone).content.decode()
    assert client.post(alone, {"text": "No"}).status_code == 404
    stale = {"text": "And the left?", "said": question.messages.first().pk}
    refused = client.post(reverse("go-on-asking", args=[number, question.number]), stale)
    assert refused.status_code == 409
    assert "And the left?" in refused.content.decode()
    now = {**stale, "said": question.messages.last().pk}
    assert client.post(reverse("go-on-asking", args=[number, question.number]), now).status_code == 302
    assert client.post(reverse("finish-asking", args=[number, question.number]), {}).status_code == 302
    question.refresh_from_db()
    assert not question.is_open


def test_sites_list_has_a_section_for_each(entry, place, coordinator, monitor):
    waiting = opened(place, coordinator, text="Waits")
    reply = opened(place, coordinator, text="Has an answer")
    of_review("reply", reply, monitor, text="Yes")
    opened(place, coordinator, QueryKind.NOTE, "A note")
    asked(entry, monitor, "A query")
    client = client_of(coordinator)
    texts = {"site": "A query", "answered": "Has an answer", "asked": waiting.text, "notes": "A note"}
    for turn, text in texts.items():
        page = client.get(f"/queries/?turn={turn}").content.decode()
        assert [one for one in texts.values() if one in page] == [text], turn


def test_monitor_finds_them_in_the_list_in_my_turn_and_answers(entry, place, coordinator, monitor):
    question = opened(place, coordinator)
    note = opened(place, coordinator, QueryKind.NOTE, "The cuff was changed")
    client = client_of(monitor)
    mine = client.get("/monitor/queries/query/?turn=mine").content.decode()
    assert "Is this the right arm?" in mine
    assert "The cuff was changed" not in mine
    notes = client.get("/monitor/queries/query/?turn=notes").content.decode()
    assert "The cuff was changed" in notes
    assert "not read" in notes
    assert client.get(reverse("monitor:my-turn")).url.startswith(
        f"/monitor/queries/query/{question.pk}/change/"
    )
    for one, name in ((question, "reply-to-site"), (note, "mark-note-read")):
        page = client.get(reverse("monitor:queries_query_change", args=[one.pk])).content.decode()
        url = reverse(f"monitor:{name}", args=[one.pk])
        assert url in page
        answer = client.post(url, {"text": "The right one", "said": one.messages.last().pk}, headers=HX)
        assert 'data-outcome="done"' in answer.content.decode()
    question.refresh_from_db()
    assert question.turn == Turn.SITE
    page = client_of(coordinator).get(page_of(place.visit)).content.decode()
    assert "answered: close it, or ask on" in page
    assert "read\n  by monitor" in page or "read by monitor" in " ".join(page.split())


def test_other_sites_and_other_roles_reach_none_of_it(place, coordinator, statistician, outsider):
    question = opened(place, coordinator)
    number = question.patient.number
    urls = [
        reverse("ask-monitor", args=[number, place.visit.code]),
        reverse("go-on-asking", args=[number, question.number]),
        reverse("finish-asking", args=[number, question.number]),
        reverse("monitor:reply-to-site", args=[question.pk]),
        reverse("monitor:mark-note-read", args=[question.pk]),
    ]
    for url in urls:
        assert client_of(outsider).post(url, {"text": "No"}).status_code in (403, 404), url
        assert client_of(statistician).post(url, {"text": "No"}).status_code in (403, 404), url
    assert conversation(question) == [(Act.OPENED, "Is this the right arm?")]


def test_pages_cost_the_same_with_and_without_them(visit, place, coordinator, monitor):
    vital_signs(visit, coordinator)
    pages = [
        (coordinator, page_of(visit)),
        (coordinator, "/queries/?turn=asked"),
        (monitor, f"/monitor/casebook/visit/{visit.pk}/change/"),
    ]

    def counts():
        return [statements(lambda who=who, url=url: client_of(who).get(url)).count for who, url in pages]

    opened(place, coordinator)
    few = counts()
    for item in CRFS["vital-signs"].items:
        for kind in QueryKind:
            opened(place, coordinator, kind, f"About {item}", item)
            opened(
                a_place(visit, "scale"), coordinator, kind, f"About {item}", next(iter(CRFS["scale"].items))
            )
    assert counts() == few


def test_prints_and_history_name_them(entry, place, coordinator):
    question = opened(place, coordinator, text="Which arm was it?")
    unbegun = opened(
        a_place(place.visit, "scale"),
        coordinator,
        QueryKind.NOTE,
        "Not asked yet",
        next(iter(CRFS["scale"].items)),
    )
    client, number = client_of(coordinator), place.patient.number
    for url in (reverse("print-visit", args=[number, "W04"]), reverse("print-casebook", args=[number])):
        page = client.get(url).content.decode()
        for one in (question, unbegun):
            assert one.name in page, url
            assert one.text in page, url
    history = client.get(reverse("item-history", args=[number, "W04", "vital-signs", "1", "pulse"]))
    assert f"{question.name} asked" in history.content.decode()
    trail = client.get(reverse("patient-trail", args=[number]) + "?visit=W04").content.decode()
    assert f"note {unbegun.code}" in trail
    assert "(not begun)" in trail


def test_lock_checklist_mentions_them_and_counts_no_query(entry, place, coordinator):
    opened(place, coordinator)
    opened(a_place(place.visit, "scale"), coordinator, QueryKind.NOTE, item=next(iter(CRFS["scale"].items)))
    targets = [
        Target.of(LockScope.VISIT, visit=place.visit),
        Target.of(LockScope.PATIENT, patient=place.patient),
        Target.of(LockScope.SITE, site=place.patient.site),
        Target.of(LockScope.STUDY),
    ]
    for target in targets:
        found = checklist(target)
        assert (found.of_site, "queries" in found.totals) == (2, False), target


@pytest.mark.parametrize("whole", ["visit", "patient"])
@pytest.mark.parametrize("is_begun", [True, False])
def test_struck_out_whole_a_question_goes_back_to_the_site_and_a_note_waits_for_nobody(
    visit, coordinator, whole, is_begun
):
    """At a form that nobody has begun, too; and nothing more is asked there."""
    place, actor = a_place(visit, "scale"), coordinator.acting_at(visit.site, Right.ANSWER)
    if is_begun:
        enter(visit, "scale", coordinator, assessor="A1")

    def say(kind, text):
        return conversations.open_here(
            place=place, item="question_1", kind=kind, text=text, by=coordinator, actor=actor
        )

    question, note = say(QueryKind.QUESTION, "Which one?"), say(QueryKind.NOTE, "He sat")
    if whole == "visit":
        strike_visit(visit=visit, by=coordinator, reason="Opened by mistake")
    else:
        strike_patient(patient=visit.patient, by=coordinator, reason="Added twice")
    question, note = (Query.every.get(pk=one.pk) for one in (question, note))
    assert (question.turn, note.turn) == ("site", "anybody")
    assert "struck out by coordinator" in question.said[-1].text
    with pytest.raises((QueryRefused, Locked), match="struck out"):
        say(QueryKind.QUESTION, "And now?")
