"""The pages on which people sign: what stands on them, what they refuse, and who may open them."""

import re

import pytest
from django.urls import reverse

from ecrf.access.login_log import LoginEvent
from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import PatientStatus
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.queries.models import Query, Turn
from ecrf.signatures.models import Signature
from tests.bench.counting import statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import PASSWORD, make_user
from tests.ecrf.queries.builders import complete as complete_form
from tests.ecrf.queries.builders import vital_signs
from tests.ecrf.signatures.conftest import (
    BOTH,
    QUESTIONS,
    at,
    change,
    complete,
    complete_scale,
    post,
    seen,
    words,
)
from tests.said_wrong import said_wrong

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-040")
def test_data_stand_on_the_page_with_the_meaning_and_the_counts(signing_client, url, investigator):
    page = words(signing_client.get(url))
    for told in (
        "Sign: Week 4",
        "Question 1",
        "“I have reviewed the data of this visit and confirm that they are accurate and complete",
        "1 visit, 1 form, 16 values",
        "You sign as Synthetic investigator",
        "legally binding equivalent of my handwritten signature",
    ):
        assert told in page
    assert reverse("item", args=[*url.strip("/").split("/")[1:3], "scale", "1", QUESTIONS[0]]) not in page


@pytest.mark.requirement("R-040")
def test_what_is_open_stands_on_top_with_links(signing_client, url, visit, scale, coordinator, monitor):
    enter(visit, "vital-signs", coordinator, pulse="70")
    a_query(scale, monitor, "Is this grade right?")
    answer = signing_client.get(url)
    page, source = words(answer), answer.content.decode()
    for told in (
        "Not complete yet: complete it, then sign",
        "Not begun: ",
        "Open queries: 1",
        "Is this grade right?",
    ):
        assert told in page
    for link in ("#vital-signs-1", f"#scale-1-{QUESTIONS[0]}"):
        assert f'href="/patients/{visit.patient.number}/W04/{link}"' in source
    assert 'name="password"' not in source


def a_query(entry, by, text):
    now = entry.site.now()
    with acting(SYSTEM, source="test"):
        return Query.objects.create(
            patient=entry.patient, site=entry.site, number=1, entry=entry, item=QUESTIONS[0],
            text_as_asked=text, turn=Turn.SITE, turn_since=now, asked_in=Turn.MONITOR, opened_at=now, opened_by=by,
        )  # fmt: skip


@pytest.mark.parametrize("is_complete", [False, True])
def test_what_a_check_asks_is_read_once_beside_its_value_and_its_place_named_above(
    signing_client, url, visit, scale, coordinator, is_complete
):
    vital_signs(visit, coordinator, pulse="200")
    if is_complete:  # a query follows the question
        complete_form(visit, "vital-signs", coordinator)
    asked = Discrepancy.objects.get(state=DiscrepancyState.OPEN)
    for page in (url, reverse("sign-casebook", args=[visit.patient.number])):
        answer = signing_client.get(page)
        above, source = answer.context["page"], answer.content.decode()
        assert words(answer).count(asked.text) == 1
        assert (len(above.queries), len(above.questions)) == ((1, 0) if is_complete else (0, 1))
        (point,) = above.queries + above.questions
        assert "Pulse" in point.words
        assert source.count(f'href="#{point.below}"') == source.count(f'id="{point.below}"') == 1


def test_casebook_page_names_overdue_visits_and_shows_everything(signing_client, visit, scale, coordinator):
    complete(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    baseline = a_visit(visit.patient, "W01", coordinator)
    enter(baseline, "visit", coordinator, occurrence="done", visited_on="2025-12-15", contact="on-site")
    page = words(signing_client.get(reverse("sign-casebook", args=[visit.patient.number])))
    for told in (
        "Overdue: ",
        "overdue since",
        f"{visit_label(baseline)}: Visit",
        "2 visits, 3 forms",
        "all data of this patient",
    ):
        assert told in page


def test_missed_position_and_nonsense_are_taken_for_an_old_page(signing_client, url):
    for text in ("", "x", "-5", "9" * 40, "١٢"):
        assert post(signing_client, url, seen=text).status_code == 409
    assert not Signature.objects.exists()


def test_signing_page_takes_the_same_number_of_statements_whatever_is_on_it(
    signing_client, site, coordinator, investigator
):
    few = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(few, coordinator)
    many = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(many, coordinator)
    for code in ("W01", "W07", "W10"):
        complete_scale(a_visit(many.patient, code, coordinator), coordinator)
        enter(many, "dose", coordinator, number=int(code[1:]), given_g="60")
    for name, arguments in (("sign-visit", ["W04"]), ("sign-casebook", [])):
        urls = [reverse(name, args=[each.patient.number, *arguments]) for each in (few, many)]
        signing_client.get(urls[0])
        assert len({statements(lambda u=u: signing_client.get(u)).count for u in urls}) == 1


# --- signing --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-030")
def test_signed_visit_shows_its_manifest_and_the_next_one(signing_client, url, visit, site, coordinator):
    other = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(other, coordinator)
    PatientStatus.objects.update(unfinished_code="")
    answer = post(signing_client, url)
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    page = words(signing_client.get(url))
    assert re.search(
        r"✓ Signed by Synthetic investigator \(investigator\), 20\d\d-\d\d-\d\d \d\d:\d\d JST, for Week 4",
        page,
    )
    assert f"Next to sign: {other.patient.number}, Week 4" in page


def test_form_and_casebook_are_signed_on_their_pages(signing_client, visit, scale, coordinator, investigator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    form = reverse("sign-form", args=[visit.patient.number, "W04", "scale", 1])
    assert post(signing_client, form).status_code == 302
    assert Signature.objects.get().entry == scale
    assert (
        post(signing_client, reverse("sign-casebook", args=[visit.patient.number]), seen="9999").status_code
        == 422
    )


@pytest.mark.requirement("R-034")
@pytest.mark.requirement("R-040")
def test_stale_page_is_refused_and_shows_the_data_as_they_are_now(signing_client, url, visit, coordinator):
    old = seen(signing_client, url)
    change(visit, coordinator, "2")
    answer = post(signing_client, url, seen=old)
    assert answer.status_code == 409
    assert "changed meanwhile" in words(answer)
    assert "Week 4, Scale: Question 1 changed, by coordinator" in words(answer)
    assert "checked" in answer.content.decode()
    assert not Signature.objects.exists()
    assert post(signing_client, url).status_code == 302


def test_what_is_wrong_is_told_with_the_fields_that_it_is_about(signing_client, url):
    wrong = said_wrong(post(signing_client, url, password="wrong").content)
    assert set(wrong) == {"username", "password"}
    assert all("Nothing was signed" in said for said in wrong.values())
    undeclared = said_wrong(post(signing_client, url, declares="").content)
    assert set(undeclared) == {"declares"}
    assert "Tick the declaration" in undeclared["declares"]
    assert said_wrong(post(signing_client, url, seen="9999").content) == {}


def test_wrong_password_on_a_stale_page_says_that_it_is_stale(signing_client, url, visit, coordinator):
    old = seen(signing_client, url)
    change(visit, coordinator, "2")
    assert "Changed since you looked: Week 4" in words(post(signing_client, url, seen=old, password="wrong"))


def test_second_click_signs_nothing_and_says_so(signing_client, url):
    old = seen(signing_client, url)
    assert post(signing_client, url, seen=old).status_code == 302
    answer = post(signing_client, url, seen=old)
    assert (answer.status_code, Signature.objects.count()) == (409, 1)
    assert "signed already" in words(answer)


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 403), ("monitor", 403), ("data_manager", 403), ("outsider", 404)]
)
def test_direct_post_by_others_is_refused(who, status, url, visit, request):
    client = at(request.getfixturevalue(who))
    number = visit.patient.number
    for address in (url, f"/patients/{number}/sign/", f"/patients/{number}/W04/scale/1/sign/"):
        data = {"seen": "99", "username": who, "password": PASSWORD, "declares": "yes"}
        assert client.post(address, data).status_code == status
        assert client.get(address).status_code == status
    assert not Signature.objects.exists()
    assert not LoginEvent.objects.exists()


@pytest.mark.requirement("R-035")
def test_membership_that_ended_signs_no_more(signing_client, url, investigator):
    with acting(SYSTEM, source="test"):
        Membership.objects.update(is_current=False)
    assert signing_client.post(url, {**BOTH, "seen": "99"}).status_code == 404


@pytest.mark.requirement("R-037")
def test_page_says_whom_to_ask_while_the_identity_is_not_confirmed(url, site):
    page = words(at(make_user("new", Role.INVESTIGATOR, site)).get(url))
    assert "Show an identity document to the data manager" in page
    assert "Your password" not in page
