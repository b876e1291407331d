"""The pages of the listings: who reads what, where cells lead, what a file holds, what a page costs."""

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from ecrf.access.models import Membership, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry
from ecrf.casebook.striking.entries import strike_out
from ecrf.listings.columns.book import book
from ecrf.listings.definition import Definition, Joined, NoListing, read_lists, read_pairs
from ecrf.listings.models import SavedListing
from ecrf.listings.pages.csv_rows import distinct_names
from ecrf.listings.reading.reader import listing_reader
from ecrf.trail.models import TrailExport
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.delegation.builders import a_training
from tests.ecrf.listings.conftest import event, visit_on

pytestmark = [pytest.mark.django_db]

SHOW = "/listings/show/"
TERM, STORY = "adverse-event.term", "adverse-event.story"
EVENTS = {"main": "adverse-event", "col": ["@site", "@patient", TERM]}
SIGNS = {"main": "vital-signs", "col": ["@patient", "@visit", "vital-signs.weight_kg"]}

CELL = re.compile(r'<td class="l-cell l-(\w+)"[^>]*>(.*?)</td>')


def texts(page, column=-1) -> list[str]:
    """What stands in the last column, or in another."""
    return [" | ".join(cell.words for cell in row.cells[column]) for row in page.context["page"].rows]


def said(page) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


@pytest.fixture
def theirs(other_site, outsider):
    """A patient of another site, with an event and a visit."""
    patient = a_patient(other_site, outsider)
    event(patient, outsider, 1, "Dizziness", "2026-02-01")
    visit_on(patient, "W01", outsider, "2026-02-01", "90.0")
    return patient


@pytest.mark.requirement("R-071")
def test_each_reads_the_own_sites_only(client, world, theirs, coordinator, monitor, outsider, data_manager):
    own = ["Headache", "Rash", "Cough", "Fever"]
    for user, wanted in (
        (coordinator, own),
        (monitor, own),
        (outsider, ["Dizziness"]),
        (data_manager, [*own, "Dizziness"]),
    ):
        client.force_login(user)
        assert texts(client.get(SHOW, EVENTS)) == wanted, user
        assert client.get(SHOW, {**EVENTS, "site": "02"}).context["page"].count == wanted.count("Dizziness")


def test_short_words_and_numbers_of_patients_are_not_broken(client, world, site, coordinator, data_manager):
    """Japanese breaks behind every letter, a number behind its hyphen: a narrow column would stand a letter a line."""
    long = "An event whose name takes more than one line"
    event(a_patient(site, coordinator), coordinator, 1, long, "2026-02-01")
    client.force_login(data_manager)
    page = client.get(SHOW, {"main": "adverse-event", "col": ["@patient", TERM]}).content.decode()
    kinds = {unescape(re.sub("<[^>]*>", "", words)): kind for kind, words in CELL.findall(page)}
    assert kinds[long] == "text"
    assert {kind for words, kind in kinds.items() if words != long} == {"day"}


def test_form_beside_a_row_is_of_the_same_patient_alone(client, world, theirs, data_manager):
    client.force_login(data_manager)
    page = client.get(
        SHOW, {**EVENTS, "join": "vital-signs,latest,,,,,0,0,,all", "col": [TERM, "vital-signs.weight_kg"]}
    )
    assert texts(page) == ["59.0", "59.0", "59.0", "80.0", "90.0"]


@pytest.mark.requirement("R-071")
def test_safety_reads_safety_logs_and_all_of_patients_with_a_serious_event(client, world, theirs, safety):
    client.force_login(safety)
    assert len(texts(client.get(SHOW, EVENTS))) == 5
    weights = client.get(SHOW, SIGNS)
    # In the stub any event is in the log of serious ones: struck out, nothing but the log is read.
    assert set(texts(weights, 0)) == {world.first.number, world.second.number, theirs.number}
    by = theirs.added_by
    strike_out(
        entry=theirs.entries.get(crf="adverse-event"),
        by=by,
        actor=by.acting_at(theirs.site, Right.ENTER),
        reason="Entered at the wrong patient",
    )
    assert theirs.number not in texts(client.get(SHOW, SIGNS), 0)
    beside = {
        "main": "@patients",
        "join": "vital-signs,latest,,,,,0,0,,all",
        "col": ["@patient", "vital-signs.weight_kg"],
    }
    assert texts(client.get(SHOW, beside)) == ["59.0", "80.0", ""]


@pytest.mark.requirement("R-072")
def test_statistician_reads_all_sites_without_what_may_identify(client, world, theirs, statistician):
    enter(world.first, "adverse-event", world.by, number=1, story="A free text.")
    client.force_login(statistician)
    page = client.get(SHOW, {**EVENTS, "col": [TERM, STORY]})
    assert len(texts(page)) == 5
    assert "A free text." not in page.content.decode()
    assert "may identify a person, and your role does not see it" in said(page)
    narrowed = client.get(SHOW, {**EVENTS, "f": f"{STORY},has,free"})
    assert narrowed.status_code == 422
    assert "nothing that you can narrow this listing by" in said(narrowed)
    assert STORY not in client.get("/listings/choose/", {"main": "adverse-event"}).content.decode()
    assert f'href="{reverse("patient", args=[world.first.number])}"' not in page.content.decode()


@pytest.mark.parametrize("typed", ["1e999999", "-1e-999999", "NaN", "1\x002", "\x00"])
@pytest.mark.parametrize("column", [TERM, "vital-signs.weight_kg", "adverse-event.started_on"])
def test_what_nothing_can_be_compared_with_is_refused_in_words(client, world, data_manager, column, typed):
    client.force_login(data_manager)
    op = "has" if column == TERM else "min"
    beside = {**EVENTS, "join": "vital-signs,latest,,,,,0,0,,all"}
    answer = client.get(SHOW, {**beside, "f": f"{column},{op},{typed}"})
    assert answer.status_code == 422 or (column == TERM and "\0" not in typed)


@pytest.mark.parametrize("op", ["", "nonsense", "MIN"])
def test_what_a_column_cannot_be_asked_is_refused_in_words(client, world, data_manager, op):
    client.force_login(data_manager)
    typed = {"fc": "adverse-event.started_on", "fo": op, "fv": "2026-01-01"}
    for asked in ({"f": f"{typed['fc']},{op},{typed['fv']}"}, typed):
        answer = client.get(SHOW, {**EVENTS, **asked})
        assert answer.status_code == 422
        assert "cannot be asked that" in said(answer)


def test_who_takes_data_out_and_has_not_confirmed_the_training_reads_no_listing(
    client, world, theirs, statistician
):
    a_training(Role.STATISTICIAN)
    client.force_login(statistician)
    assert client.get(SHOW, EVENTS).status_code == 403


@pytest.mark.parametrize("is_trained", [True, False])
def test_untrained_statistician_with_a_role_at_a_site_reads_that_site_alone(
    is_trained, client, world, theirs, statistician
):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=statistician, role=Role.COORDINATOR, site=world.site)
    if not is_trained:
        a_training(Role.STATISTICIAN)
    client.force_login(statistician)
    assert ("Dizziness" in texts(client.get(SHOW, EVENTS))) is is_trained
    assert "Headache" in texts(client.get(SHOW, EVENTS))
    reader = listing_reader(User.objects.get(pk=statistician.pk))
    assert [site.code for site in reader.sites] == (["01", "02"] if is_trained else ["01"])


def test_practice_is_left_out(client, world, data_manager):
    practice = make_site("99", is_practice=True)
    trainee = make_user("trainee", "investigator", practice)
    event(a_patient(practice, trainee), trainee, 1, "Invented", "2026-02-01")
    client.force_login(data_manager)
    assert "Invented" not in texts(client.get(SHOW, EVENTS))
    client.force_login(trainee)
    assert texts(client.get(SHOW, EVENTS)) == []


def test_struck_out_is_left_out_unless_asked_for(client, world, coordinator):
    actor = coordinator.acting_at(world.site, Right.ENTER)
    strike_out(entry=world.events[0], by=coordinator, actor=actor, reason="Entered twice")
    client.force_login(coordinator)
    assert "Headache" not in texts(client.get(SHOW, EVENTS))
    page = client.get(SHOW, {**EVENTS, "struck": "yes"})
    assert "Headache" in texts(page)
    assert page.content.decode().count('class="l-struck"') == 1


def test_row_of_a_form_is_crossed_out_with_the_form(client, world, coordinator):
    client.force_login(coordinator)
    actor = coordinator.acting_at(world.site, Right.ENTER)
    dose = Entry.objects.get(visit=world.week, crf="dose")
    strike_out(entry=dose, by=coordinator, actor=actor, reason="Synthetic: entered twice")
    lots = {"main": "dose-lot", "col": ["@patient"]}
    assert client.get(SHOW, lots).context["page"].count == 1
    page = client.get(SHOW, {**lots, "struck": "yes"})
    assert [row.is_struck for row in page.context["page"].rows] == [False, True, True]


def test_cell_leads_to_its_item_on_the_page_that_the_person_may_open(
    client, world, coordinator, monitor, safety
):
    for user in (coordinator, monitor, safety):
        client.force_login(user)
        for given in (EVENTS, SIGNS):
            body = client.get(SHOW, given).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
            addresses = set(re.findall(r'href="([^"]+)"', body))
            assert addresses
            for address in addresses:
                path, _, anchor = address.partition("#")
                answer = client.get(path)
                assert answer.status_code == 200, address
                if anchor and user != safety:
                    assert (
                        f'id="{anchor}"' in answer.content.decode()
                        or f'id="f-{anchor}"' in answer.content.decode()
                    ), address


@pytest.mark.requirement("R-133")
def test_file_holds_all_rows_and_runs_no_formula(client, world, coordinator, data_manager):
    enter(world.first, "adverse-event", coordinator, number=1, term="=HYPERLINK(1)")
    client.force_login(data_manager)
    given = {
        **EVENTS,
        "join": "vital-signs,all,,,,,0,0,,all",
        "col": [TERM, "vital-signs.weight_kg"],
        "sort": TERM,
    }
    answer = client.post("/listings/csv/", given)
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines[0] == [
        "Site",
        "Patient",
        "Form number",
        "Adverse event: Adverse event",
        "Vital signs and weight: Weight (kg)",
        "Data",
    ]
    assert [line[3] for line in lines[1:]] == ["'=HYPERLINK(1)", "Cough", "Fever", "Rash"]
    assert lines[1][4] == "61.5 | 60.0 | 59.0"
    note = TrailExport.objects.get()
    assert (note.screen, note.events, note.made_by) == ("listing", 4, data_manager)
    assert note.filters == "Adverse events"


def test_no_two_columns_of_a_file_are_called_the_same(client, world, data_manager):
    """Site and patient stand there anyway."""
    client.force_login(data_manager)
    for given in ({**EVENTS, "col": ["@site", "@patient", TERM, "@number"]}, SIGNS):
        lines = list(
            csv.reader(io.StringIO(b"".join(client.post("/listings/csv/", given)).decode("utf-8-sig")))
        )
        assert len(set(lines[0])) == len(lines[0])
        assert {len(line) for line in lines} == {len(lines[0])}
        assert lines[0][:3] == ["Site", "Patient", "Form number"]
        assert lines[1][1] == world.first.number


def test_columns_that_are_called_the_same_are_numbered():
    assert distinct_names(["Site", "Pulse", "Pulse", "Pulse (2)", "Data"]) == [
        "Site",
        "Pulse",
        "Pulse (2)",
        "Pulse (2) (2)",
        "Data",
    ]


def test_file_of_too_many_rows_is_refused_in_words(client, world, coordinator, monkeypatch):
    monkeypatch.setattr("ecrf.listings.pages.csv_rows.MOST", 3)
    client.force_login(coordinator)
    answer = client.post("/listings/csv/", EVENTS)
    assert answer.status_code == 422
    assert "These are 4 rows; one file holds at most 3." in said(answer)
    assert TrailExport.objects.count() == 0


BAD = [
    {"main": "horoscope"},
    {"main": "adverse-event' OR 1=1"},
    {"main": "adverse-event", "join": "dose"},
    {"main": "adverse-event", "join": "dose,near,started_on,,given_on,,-1,0,,all"},
    {"main": "adverse-event", "join": ["dose,all,,,,,0,0,,all", "dose,first,,,,,0,0,,all"]},
    {"main": "adverse-event", "col": [f"x{n}" for n in range(60)]},
    {"main": "adverse-event", "f": "adverse-event.started_on,min,soon"},
    {"main": "adverse-event", "since": "yesterday"},
    {"main": "adverse-event", "f": ["adverse-event.severity,has,a"]},
]


@pytest.mark.parametrize("given", BAD)
def test_address_that_names_no_listing_is_answered_in_words(given, client, world, coordinator):
    client.force_login(coordinator)
    answer = client.get(SHOW, given)
    assert answer.status_code == 422
    assert "note-error" in answer.content.decode()
    assert client.post("/listings/csv/", given).status_code == 422


NUL = {
    "main": "adverse-event\0",
    "join": "dose,all,,,,,0,0,\0,all",
    "col": f"{TERM}\0",
    "f": f"{TERM},has,a\0",
    **dict.fromkeys(("sort", "site", "status", "since", "reviewed", "start"), "\0"),
}


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize("part", NUL)
def test_text_that_the_database_cannot_hold_is_refused_in_words_wherever_it_stands(
    part, client, world, coordinator
):
    client.force_login(coordinator)
    given = {**EVENTS, part: NUL[part]}
    narrowed = {"n": "1", part: NUL[part]}
    saved = SavedListing.objects.create(
        name="Events", made_by=coordinator, definition=[["main", "adverse-event"]]
    )
    for answer in (
        client.get(SHOW, given),
        client.get("/listings/choose/", given),
        client.get("/listings/choose/", {**given, "chosen": "1"}),
        client.get("/listings/ready/pages/", narrowed),
        client.get(f"/listings/saved/{saved.pk}/", narrowed),
        client.post("/listings/csv/", given),
        client.post("/listings/keep/", {**given, "name": "Mine"}),
        client.post("/listings/keep/", {**EVENTS, "name": "Mine\0"}),
    ):
        assert answer.status_code == 422
        assert "note-error" in answer.content.decode()
    assert SavedListing.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"main": "adverse-event", "join": "dose,eval,,,,,0,0,,all", "col": TERM},
        {"main": "adverse-event", "join": "dose,near,started_on;,,given_on,,0,0,,all", "col": TERM},
        {"main": "adverse-event", "join": 'dose,near,started_on,,given_on"),,0,0,,all', "col": TERM},
        {"main": "adverse-event", "join": 'dose,named,,,,,0,0,after_dose" OR,all', "col": TERM},
        {
            "main": "adverse-event",
            "col": [TERM, "adverse-event.entry_id", "dose.given_on", "access_user.password"],
        },
        {"main": "adverse-event", "col": TERM, "sort": "password"},
        {"main": "adverse-event", "col": TERM, "status": "gone", "reviewed": "maybe", "start": "x"},
        {"main": "adverse-event", "col": TERM, "f": "access_user.password,is,x"},
    ],
)
def test_what_is_no_column_and_no_way_to_join_is_left_out(given, client, world, coordinator):
    client.force_login(coordinator)
    page = client.get(SHOW, given)
    assert page.status_code == 200
    assert texts(page, 0) == ["Headache", "Rash", "Cough", "Fever"]
    assert [shown.key for shown in page.context["view"].statement.shown] == [TERM]


def test_rows_beyond_the_last_are_none(client, world, coordinator):
    client.force_login(coordinator)
    page = client.get(SHOW, {**EVENTS, "start": "9999999"})
    assert (page.status_code, texts(page)) == (200, [])


def test_definition_survives_its_address_and_its_keeping():
    definition = Definition(
        "adverse-event",
        ("@patient", TERM),
        (Joined("dose", "near", ("a", "b"), ("c", ""), 2, 3, "", "with"),),
    ).narrowed(sort="-x", site="01", since="2026-01-01", struck=True)
    assert read_pairs(definition.as_json()) == definition
    lists: dict[str, list[str]] = {}
    for name, value in [*definition.pairs, *definition.narrowing.pairs]:
        lists.setdefault(name, []).append(value)
    assert read_lists(lists) == definition
    with pytest.raises(NoListing):
        read_lists({})


def test_columns_are_chosen_moved_and_joined(client, world, coordinator):
    client.force_login(coordinator)
    chosen = {
        "chosen": "1",
        "main": "adverse-event",
        "col": [TERM, "@patient", "dose.given_on"],
        "order": ["@patient", TERM],
    }
    choice = client.get("/listings/choose/", {**chosen, "move": f"{TERM}:-1"}).context["choice"]
    assert choice.definition.columns == (TERM, "@patient", "dose.given_on")
    assert [joined.rule for joined in choice.definition.joined] == ["named"], (
        "the likeliest: the event names its dose"
    )
    near = {
        "rule:dose": "near",
        "before:dose": "２",
        "after:dose": "x",
        "of:dose": "started_on",
        "keep:dose": "with",
    }
    answer = client.get("/listings/choose/", {**chosen, **near, "show": "yes"})
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert texts(page) == ["2026-02-01", "2026-02-22"]
    assert (
        "Dose: where “Date of dose” lies up to 2 days before or on “Began on” of the row; only rows with one."
        in said(page)
    )


def test_every_source_can_be_chosen_from_and_shown(client, world, data_manager):
    client.force_login(data_manager)
    for key in book().sources:
        assert client.get("/listings/choose/", {"main": key}).status_code == 200, key
        assert client.get(SHOW, {"main": key}).status_code == 200, key
    for key in book().ready:
        assert client.get(f"/listings/ready/{key}/").status_code == 200, key


def test_chart_holds_its_values_as_a_table(client, world, coordinator):
    client.force_login(coordinator)
    given = {
        "main": "vital-signs",
        "join": "visit,visit,,,,,0,0,,all",
        "col": ["vital-signs.weight_kg", "visit.visited_on"],
        "x": "visit.visited_on",
        "y": "vital-signs.weight_kg",
    }
    page = client.get(SHOW, given)
    found = re.findall(r'data-x="([^"]+)" data-y="([^"]+)"', page.content.decode())
    assert found == [
        ("2026-01-05", "61.5"),
        ("2026-02-01", "60.0"),
        ("2026-02-22", "59.0"),
        ("2026-02-03", "80.0"),
    ]
    for wrong in ({"x": TERM}, {"y": "visit.visited_on"}, {"x": "password"}):
        assert client.get(SHOW, {**given, **wrong}).context["chart"].columns is None


def test_pages_missing_changed_values_and_open_queries_are_listed(client, world, coordinator, data_manager):
    enter(world.week, "vital-signs", coordinator, weight_kg="58.0", reason="Typing error", seen={})
    client.force_login(data_manager)
    changed = client.get("/listings/ready/changes/")
    assert [texts(changed, at) for at in (4, 5)] == [["59.0 kg"], ["58.0 kg"]]
    pages = client.get("/listings/ready/pages/")
    assert "Not begun" in texts(pages, 4)
    assert "In progress" in texts(pages, 4)
    assert client.get("/listings/ready/queries/").context["page"].count == 0
    outside = client.get("/listings/ready/visits-outside-windows/")
    assert texts(outside) == []
    late = a_visit(world.first, "W07", coordinator)
    enter(late, "visit", coordinator, occurrence="done", visited_on="2026-03-30")
    assert texts(client.get("/listings/ready/visits-outside-windows/")) == ["8"]


def test_page_costs_as_many_statements_for_four_rows_as_for_forty(world, coordinator, monitor, settings):
    url = f"{SHOW}?" + urlencode(
        [
            ("main", "adverse-event"),
            ("join", "dose,near,started_on,,given_on,,2,0,,all"),
            ("join", "vital-signs,latest,,,,,0,0,,all"),
            ("join", "report,naming,,,,,0,0,adverse_event,all"),
            *(
                ("col", f"adverse-event.{name}")
                for name in ("term", "started_on", "severity", "serious", "after_dose")
            ),
            *(
                ("col", column)
                for column in ("dose.given_on", "dose.dose-lot.lot_number", "vital-signs.weight_kg")
            ),
            *(("col", column) for column in ("report.adverse_event", "@queries", "@changed")),
        ]
    )
    for user in (coordinator, monitor):
        client = client_of(user)
        before = statements(lambda c=client: c.get(url)).count
        for number in range(4, 22):
            event(
                world.first,
                coordinator,
                number + 20 * (user is monitor),
                f"Event {number}",
                "2026-02-23",
                after_dose="W04.1",
            )
        after = statements(lambda c=client: c.get(url)).count
        assert before == after <= 20, (user, before, after)


WEIGHT = "vital-signs.weight_kg"


@pytest.mark.requirement("R-071")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7e1", "without E"),
        ("1,200", "can be 1200 or 1.2"),
        ("a lot", "This is no number"),
        ("60/70", "two numbers"),
        ("9" * 60, "cannot be stored"),
    ],
)
def test_number_to_narrow_by_is_read_as_the_forms_read_it(client, world, data_manager, typed, words):
    client.force_login(data_manager)
    page = client.get(SHOW, {**SIGNS, "fc": WEIGHT, "fo": "min", "fv": typed, "site": "01"})
    assert page.status_code == 422
    assert words in said(page)
    field = re.search(r'<input[^>]*name="fv"[^>]*aria-invalid="true"[^>]*>', page.content.decode())
    assert field
    assert f'value="{typed}"' in field[0]
    assert page.context["listing"].definition.narrowing.site == "01"


@pytest.mark.parametrize("typed", ["60", "60,0", "６０", "60.0 kg", "+60"])
def test_number_may_be_written_in_every_way_of_the_forms(client, world, data_manager, typed):
    client.force_login(data_manager)
    page = client.get(SHOW, {**SIGNS, "f": f"{WEIGHT},is,{typed}"})
    assert texts(page) == ["60.0"]


@pytest.mark.parametrize("typed", ["2026-02-22", "22 Feb 2026", "20260222", "令和8年2月22日"])
def test_day_may_be_written_in_every_way_of_the_forms(client, world, data_manager, typed):
    client.force_login(data_manager)
    page = client.get(SHOW, {**SIGNS, "f": f"@visit-day,is,{typed}"})
    assert texts(page) == ["59.0"]
    assert "= 2026-02-22" in said(page)
    assert client.get(SHOW, {**SIGNS, "since": typed}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"), [("2026-02", "whole date"), ("05/06/2026", "Choose one"), ("soon", "no")]
)
def test_day_that_is_none_or_two_is_refused_beside_its_field(client, world, data_manager, typed, words):
    client.force_login(data_manager)
    page = client.get(SHOW, {**SIGNS, "f": f"@visit-day,min,{typed}"})
    assert page.status_code == 422
    assert words in said(page)
    page = client.get(SHOW, {**SIGNS, "since": typed, "f": f"{WEIGHT},min,60"})
    assert page.status_code == 422
    found = re.search(r'<input[^>]*id="l-since"[^>]*>', page.content.decode(), re.DOTALL)
    assert found
    assert f'value="{typed}"' in found[0]
    assert 'aria-invalid="true"' in found[0]
    assert [one.value for one in page.context["listing"].definition.narrowing.conditions] == ["60"]


@pytest.mark.parametrize("address", ["listing-csv", "keep-listing", "ask-about-rows"])
def test_act_on_a_listing_that_cannot_be_narrowed_so_keeps_what_was_typed(
    client, world, data_manager, address
):
    client.force_login(data_manager)
    sent = {**SIGNS, "f": f"{WEIGHT},min,7e1", "name": "Heavy", "role": "monitor", "row": "1"}
    page = client.post(reverse(address), sent)
    assert page.status_code == 422
    assert "without E" in said(page)
    assert 'value="7e1"' in page.content.decode()
    assert 'value="Heavy"' in page.content.decode()
    assert '<option value="monitor" selected>' in page.content.decode()
    assert not SavedListing.objects.exists()
