"""Acts on the rows of a listing: queries for ticked rows, marks that fall with the data, listings under a name."""

import json
import re
import uuid
from html import unescape

import pytest

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking.entries import restore, strike_out
from ecrf.listings.models import RowMark, SavedListing
from ecrf.queries.models import Message, Query
from tests.builders import a_patient, enter
from tests.conftest import make_user
from tests.ecrf.listings.conftest import event

pytestmark = [pytest.mark.django_db]

SHOW = "/listings/show/"
TERM, SEVERITY = "adverse-event.term", "adverse-event.severity"
EVENTS = {"main": "adverse-event", "col": ["@patient", TERM, SEVERITY]}


@pytest.fixture
def saved(world, monitor):
    return SavedListing.objects.create(
        name="Events",
        made_by=monitor,
        definition=[["main", "adverse-event"], ["col", "@patient"], ["col", TERM], ["col", SEVERITY]],
    )


def hidden(page) -> dict[str, list[str]]:
    """What the form of the rows carries, with all rows ticked."""
    body = page.content.decode()
    form = next(one for one in re.findall(r"<form.*?</form>", body, re.DOTALL) if 'name="row"' in one)
    fields: dict[str, list[str]] = {}
    for field in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'(name|value)="([^"]*)"', field))
        if "name" in found and found["name"] not in ("count", "csrfmiddlewaretoken"):
            fields.setdefault(found["name"], []).append(unescape(found.get("value", "")))
    return fields


def preview(client, page, **more):
    return client.post("/listings/ask/", {**hidden(page), **more})


def send(client, page, text="Please check.", **more):
    count = page.context["asked"].rows
    return client.post(
        "/listings/ask/", {**hidden(page), "text": text, "count": str(len(count)), "send": "yes", **more}
    )


def said(page) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_ticked_rows_are_asked_about_in_one_act(client, world, monitor):
    client.force_login(monitor)
    page = preview(client, client.get(SHOW, EVENTS))
    assert Query.objects.count() == 0, "a preview asks nobody"
    answer = send(client, page, column=TERM)
    assert answer.status_code == 302, said(answer)
    asked = Query.objects.order_by("pk")
    assert [(query.entry_id, query.item) for query in asked] == [(entry.pk, "term") for entry in world.events]
    assert set(Message.objects.values_list("together", "text")) == {(4, "Please check.")}


def test_double_click_asks_once(client, world, monitor):
    client.force_login(monitor)
    page = preview(client, client.get(SHOW, EVENTS))
    assert send(client, page).status_code == send(client, page).status_code == 302
    assert Query.objects.count() == Message.objects.count() == 4


@pytest.mark.parametrize("typed", ["", "3", "five", "44"])
def test_number_is_typed_back_or_nobody_is_asked(typed, client, world, monitor):
    client.force_login(monitor)
    answer = send(client, preview(client, client.get(SHOW, EVENTS)), count=typed)
    assert answer.status_code == 422
    assert "type 4 to ask" in said(answer)
    assert "Please check." in answer.content.decode(), "what was typed is kept"
    assert Query.objects.count() == 0


def test_question_without_words_asks_nobody(client, world, monitor):
    client.force_login(monitor)
    answer = send(client, preview(client, client.get(SHOW, EVENTS)), text="  ")
    assert (answer.status_code, Query.objects.count()) == (422, 0)


def test_rows_that_changed_since_the_preview_are_named_and_nobody_is_asked(
    client, world, monitor, coordinator
):
    client.force_login(monitor)
    page = preview(client, client.get(SHOW, EVENTS))
    enter(world.first, "adverse-event", coordinator, number=2, severity="SEVERE")
    answer = send(client, page)
    assert answer.status_code == 409
    assert f"{world.first.number}: Severity was Moderate, is Severe" in said(answer)
    assert "Please check." in answer.content.decode()
    assert Query.objects.count() == 0
    assert send(client, answer).status_code == 302, "seen as it is now, it is asked"
    assert Query.objects.count() == 4


def test_row_that_is_gone_is_named_and_nobody_is_asked(client, world, monitor, coordinator):
    client.force_login(monitor)
    narrowed = {**EVENTS, "f": f"{SEVERITY},is,MODERATE"}
    page = preview(client, client.get(SHOW, narrowed))
    actor = coordinator.acting_at(world.site, Right.ENTER)
    strike_out(entry=world.events[1], by=coordinator, actor=actor, reason="Entered twice")
    answer = send(client, page)
    assert answer.status_code in (409, 422)
    assert "is not in the listing any more" in said(answer)
    assert Query.objects.count() == 0


def test_who_asks_no_site_ticks_no_rows(client, world, coordinator, statistician, inspector):
    for user in (coordinator, statistician, inspector):
        client.force_login(user)
        assert 'name="row"' not in client.get(SHOW, EVENTS).content.decode()
        assert client.post("/listings/ask/", EVENTS).status_code == 403
        assert client.post("/listings/mark/", EVENTS).status_code == 403


@pytest.mark.requirement("R-071")
def test_rows_of_another_site_are_not_there(client, world, monitor, other_site, outsider):
    theirs = event(a_patient(other_site, outsider), outsider, 1, "Fever", "2026-02-01")
    client.force_login(monitor)
    fields = hidden(client.get(SHOW, EVENTS))
    answer = client.post(
        "/listings/ask/", {**fields, "row": [str(theirs.pk)], "text": "Why?", "count": "1", "send": "yes"}
    )
    assert answer.status_code in (409, 422)
    assert Query.objects.count() == 0


def mark(client, page, **more):
    return client.post("/listings/mark/", {**hidden(page), **more}, follow=True)


def test_mark_says_by_whom_and_falls_when_the_row_shows_others(client, saved, world, monitor, coordinator):
    client.force_login(monitor)
    url = f"/listings/saved/{saved.pk}/"
    assert "4 rows marked as reviewed." in said(mark(client, client.get(url)))
    assert said(client.get(url)).count("✓ monitor") == 4
    assert client.get(url, {"n": "1", "reviewed": "no"}).context["page"].count == 0
    enter(world.first, "adverse-event", coordinator, number=1, severity="SEVERE")
    assert "↻ changed since" in said(client.get(url))
    assert client.get(url, {"n": "1", "reviewed": "no"}).context["page"].count == 1
    assert client.get(url, {"n": "1", "reviewed": "yes"}).context["page"].count == 3
    assert "1 row marked as reviewed." in said(mark(client, client.get(url)))


@pytest.mark.requirement("R-072")
def test_no_name_of_the_staff_reaches_a_statistician_with_whom_a_listing_is_shared(
    client, saved, world, site, statistician
):
    watcher = make_user("watcher07", "monitor", site)
    SavedListing.objects.filter(pk=saved.pk).update(made_by=watcher)
    client.force_login(watcher)
    mark(client, client.get(f"/listings/saved/{saved.pk}/"))
    assert RowMark.objects.count() == 4
    SavedListing.objects.filter(pk=saved.pk).update(role="statistician")
    client.force_login(statistician)
    csv = client.post("/listings/csv/", {"at": f"saved:{saved.pk}"})
    pages = [
        client.get("/listings/"),
        client.get(f"/listings/saved/{saved.pk}/"),
        client.get(f"/listings/saved/{saved.pk}/", {"n": "1", "reviewed": "yes"}),
        client.post(f"/listings/saved/{saved.pk}/change/", {"name": "Mine"}),
    ]
    assert [page.status_code for page in pages] == [200, 200, 200, 403]
    for text in (*(page.content.decode() for page in pages), b"".join(csv).decode()):
        assert "watcher07" not in text


def test_mark_falls_when_the_row_is_struck_out_and_stands_again_once_it_is_restored(
    client, saved, world, monitor, coordinator
):
    saved.definition = [*saved.definition, ["struck", "yes"]]
    saved.save()
    client.force_login(monitor)
    url = f"/listings/saved/{saved.pk}/"
    seen = client.get(url)
    mark(client, seen)
    entry = RowMark.objects.order_by("pk").first().entry
    actor = coordinator.acting_at(entry.site, Right.ENTER)
    strike_out(entry=entry, reason="Synthetic: of another patient", by=coordinator, actor=actor)
    page = client.get(url)
    assert said(page).count("✓ monitor") == 3
    assert said(page).count("↻ changed since") == 1
    assert client.get(url, {"n": "1", "reviewed": "no", "struck": "yes"}).context["page"].count == 1
    answer = client.post("/listings/ask/", {**hidden(seen), "text": "Is it?", "count": "4", "send": "yes"})
    assert f"{entry.patient.number}: it is struck out" in said(answer)
    assert Query.objects.count() == 0
    restore(entry=entry, reason="Synthetic: it was right", actor=actor)
    assert said(client.get(url)).count("✓ monitor") == 4


def test_mark_does_not_fall_with_what_the_row_does_not_show(client, saved, world, monitor, coordinator):
    client.force_login(monitor)
    url = f"/listings/saved/{saved.pk}/"
    mark(client, client.get(url))
    enter(world.first, "adverse-event", coordinator, number=1, story="More is known.")
    assert client.get(url, {"n": "1", "reviewed": "yes"}).context["page"].count == 4


def test_mark_falls_when_another_form_comes_to_stand_beside_the_row(client, world, monitor, coordinator):
    pairs = [
        ["main", "adverse-event"],
        ["join", "dose,near,started_on,,given_on,,2,0,,all"],
        ["col", TERM],
        ["col", "dose.given_on"],
    ]
    listing = SavedListing.objects.create(name="Doses", made_by=monitor, definition=pairs)
    client.force_login(monitor)
    url = f"/listings/saved/{listing.pk}/"
    mark(client, client.get(url))
    enter(world.week, "dose", coordinator, number=2, given_on="2026-02-23", given_g="25")
    assert client.get(url, {"n": "1", "reviewed": "no"}).context["page"].count == 1


def test_mark_of_what_was_not_seen_is_not_made(client, saved, world, monitor, coordinator):
    client.force_login(monitor)
    url = f"/listings/saved/{saved.pk}/"
    page = client.get(url)
    enter(world.first, "adverse-event", coordinator, number=1, severity="SEVERE")
    answer = mark(client, page)
    assert "3 rows marked as reviewed." in said(answer)
    assert f"Left out: {world.first.number}" in said(answer)


def test_mark_twice_is_one_and_is_taken_back_by_who_made_it(client, saved, world, monitor, data_manager):
    client.force_login(monitor)
    url = f"/listings/saved/{saved.pk}/"
    page = client.get(url)
    mark(client, page)
    mark(client, page)
    assert RowMark.objects.count() == 4
    saved.role = "data-manager"
    saved.save()
    client.force_login(data_manager)
    answer = client.post("/listings/take-marks-back/", hidden(client.get(url)), follow=True)
    assert "monitor reviewed it, and takes it back" in said(answer)
    client.force_login(monitor)
    answer = client.post("/listings/take-marks-back/", hidden(client.get(url)), follow=True)
    assert "4 rows no longer marked as reviewed." in said(answer)
    assert RowMark.objects.exclude(undone_at=None).count() == 4


def test_mark_stands_in_the_trail_of_its_patient_and_breaks_nothing(client, saved, world, monitor):
    client.force_login(monitor)
    mark(client, client.get(f"/listings/saved/{saved.pk}/"))
    found = AuditEvent.objects.filter(table="listings_rowmark")
    assert {(one.chain, one.actor, one.role) for one in found} == {
        (world.first.pk, "monitor", "monitor"),
        (world.second.pk, "monitor", "monitor"),
    }
    page = client.get(f"/patients/{world.first.number}/trail/")
    assert "row reviewed in the listing" in said(page)


def test_listing_is_kept_under_a_name_opened_and_deleted(client, world, data_manager, monitor):
    client.force_login(data_manager)
    given = {
        **EVENTS,
        "f": f"{SEVERITY},is,MILD",
        "sort": TERM,
        "name": "Mild ones",
        "role": "",
        "key": str(uuid.uuid4()),
    }
    for _click in range(2):
        answer = client.post("/listings/keep/", given, follow=True)
    saved = SavedListing.objects.get()
    assert [row.cells[1][0].words for row in answer.context["page"].rows] == ["Cough", "Fever", "Headache"]
    assert "Mild ones" in client.get("/listings/").content.decode()
    client.force_login(monitor)
    assert client.get(f"/listings/saved/{saved.pk}/").status_code == 404
    assert client.post(f"/listings/saved/{saved.pk}/delete/").status_code == 404
    client.force_login(data_manager)
    shared = {**given, "role": "monitor", "at": f"saved:{saved.pk}", "n": "1"}
    assert client.post(f"/listings/saved/{saved.pk}/change/", shared).status_code == 302
    client.force_login(monitor)
    assert client.get(f"/listings/saved/{saved.pk}/").status_code == 200
    assert client.post(f"/listings/saved/{saved.pk}/delete/").status_code == 403
    client.force_login(data_manager)
    assert client.post(f"/listings/saved/{saved.pk}/delete/").status_code == 302
    assert client.get(f"/listings/saved/{saved.pk}/").status_code == 404


@pytest.mark.parametrize(("name", "role"), [(" ", ""), ("x" * 81, ""), ("Mine", "king"), ("Taken", "")])
def test_listing_that_cannot_be_kept_is_said_why(name, role, client, world, monitor):
    SavedListing.objects.create(name="Taken", made_by=monitor, definition=[["main", "adverse-event"]])
    client.force_login(monitor)
    answer = client.post("/listings/keep/", {**EVENTS, "name": name, "role": role})
    assert answer.status_code == 422
    assert SavedListing.objects.count() == 1


def test_kept_listing_of_what_the_forms_no_longer_have_opens_and_says_so(client, world, monitor):
    pairs = [
        ["main", "adverse-event"],
        ["join", "dose,near,begun_on,,given_on,,2,0,,with"],
        *(["col", key] for key in (TERM, "adverse-event.colour", "dose.given_on")),
        ["f", "adverse-event.colour,is,red"],
    ]
    listing = SavedListing.objects.create(name="Old", made_by=monitor, definition=pairs)
    client.force_login(monitor)
    page = client.get(f"/listings/saved/{listing.pk}/")
    assert page.status_code == 200
    assert len(page.context["page"].rows) == 4
    for words in (
        "“adverse-event.colour” is no item of the forms any more",
        "narrowed by “adverse-event.colour”",
        "joined by a day",
    ):
        assert words in said(page), words
    SavedListing.objects.filter(pk=listing.pk).update(definition=[["main", "horoscope"]])
    page = client.get(f"/listings/saved/{listing.pk}/")
    assert page.status_code == 422
    assert "“horoscope” is no form of this study" in said(page)


def test_values_of_a_preview_that_somebody_made_up_do_no_harm(client, world, monitor):
    client.force_login(monitor)
    fields = hidden(client.get(SHOW, EVENTS))
    key = fields["row"][0]
    for was in ("{", "[1, 2]", "3", json.dumps(["<script>"])):
        answer = client.post(
            "/listings/ask/",
            {**fields, f"seen:{key}": "0" * 64, f"was:{key}": was, "text": "?", "count": "4", "send": "yes"},
        )
        assert answer.status_code == 409
        assert "<script>was" not in answer.content.decode()


def test_no_two_items_of_one_name_stand_unnamed_where_no_head_says_of_which_form_they_are(
    client, world, monitor
):
    """On a phone each value has its own heading; in the preview of queries each column has one. Both say the unit."""
    client.force_login(monitor)
    days = ("adverse-event.started_on", "dose.given_on", "dose.given_g")
    near = "dose,near,started_on,,given_on,,400,400,,all"
    asked = {"main": "adverse-event", "join": [near], "col": ["@patient", *days]}
    page = client.get("/listings/show/", asked)
    titles = [head.shown.title for head in page.context["view"].heads]
    assert titles[1].startswith("Adverse event") or ":" not in titles[1]
    assert [title.split(":")[0] for title in titles[2:]] == ["Dose", "Dose"]
    assert titles[3].endswith(", g")
    for title in titles[2:]:
        assert f'data-v="{title}"' in page.content.decode()
