"""The pages on which people sign, and how signatures show wherever the record is shown or printed."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from ecrf.access.lockout import WRONG_TRIES
from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import PatientOutlook
from ecrf.casebook.wording import visit_label
from ecrf.queries.models import Query, Turn
from ecrf.signatures.models import Declaration, Scope, Signature
from ecrf.signatures.services import chain_length
from tests.bench.counting import statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import PASSWORD, make_user
from tests.ecrf.signatures.conftest import BOTH, GRADES, at, change, complete, complete_mrc, signed
from tests.ecrf.test_lockout import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(visit, mrc) -> str:
    return reverse("sign-visit", args=[visit.patient.number, visit.code])


@pytest.fixture
def desk(investigator):
    """The investigator's browser."""
    return at(investigator)


def words(response) -> str:
    main = response.content.decode().split("<main", 1)[-1].split("</main>")[0]
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())
    return re.sub(r" ([,.:;])", r"\1", text)


def seen(client, url) -> str:
    return re.search(r'name="seen" value="(\d+)"', client.get(url).content.decode())[1]


def post(client, url, **more):
    """Sign as the page does, with what it showed."""
    given = {**BOTH, **more}
    return client.post(url, {"seen": seen(client, url), **given} if "seen" not in given else given)


# --- the page before ------------------------------------------------------------------------------


@pytest.mark.requirement("R-040")
def test_data_stand_on_the_page_with_the_meaning_and_the_counts(desk, url, investigator):
    page = words(desk.get(url))
    for told in (
        "Sign: Week 4",
        "Shoulder abduction",
        "“I have reviewed the data of this visit and confirm that they are accurate and complete",
        "1 visit, 1 form, 25 values",
        "You sign as Synthetic investigator",
        "legally binding equivalent of my handwritten signature",
    ):
        assert told in page
    assert reverse("item", args=[*url.strip("/").split("/")[1:3], "mrc-strength", "1", GRADES[0]]) not in page


@pytest.mark.requirement("R-040")
def test_what_is_open_stands_on_top_with_links(desk, url, visit, mrc, coordinator, monitor):
    enter(visit, "grip-strength", coordinator, right_1="31.0")
    a_query(mrc, monitor, "Is this grade right?")
    answer = desk.get(url)
    page, source = words(answer), answer.content.decode()
    for told in ("Not complete yet: complete it, then sign", "Not begun: ", "Open queries: 1", "Is this grade right?"):
        assert told in page
    for link in ("#grip-strength-1", f"#mrc-strength-1-{GRADES[0]}"):
        assert f'href="/patients/{visit.patient.number}/W04/{link}"' in source
    assert 'name="password"' not in source


def a_query(entry, by, text):
    now = entry.site.now()
    with acting(SYSTEM, source="test"):
        return Query.objects.create(
            patient=entry.patient, site=entry.site, number=1, entry=entry, item=GRADES[0], text=text,
            turn=Turn.SITE, turn_since=now, asked_in=Turn.MONITOR, opened_at=now, opened_by=by,
        )  # fmt: skip


def test_casebook_page_names_overdue_visits_and_shows_everything(desk, visit, mrc, coordinator):
    complete(visit, "visit", coordinator, fate="done", visited_on="2026-01-05", contact="on-site")
    baseline = a_visit(visit.patient, "W01", coordinator)
    enter(baseline, "visit", coordinator, fate="done", visited_on="2025-12-15", contact="on-site")
    page = words(desk.get(reverse("sign-casebook", args=[visit.patient.number])))
    for told in ("Overdue: ", "overdue since", f"{visit_label(baseline)}: Visit", "2 visits, 3 forms", "all data of this patient"):
        assert told in page


def test_missed_position_and_nonsense_are_taken_for_an_old_page(desk, url):
    for text in ("", "x", "-5", "9" * 40, "١٢"):
        assert post(desk, url, seen=text).status_code == 409
    assert not Signature.objects.exists()


def test_signing_page_takes_the_same_number_of_statements_whatever_is_on_it(desk, site, coordinator, investigator):
    few = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_mrc(few, coordinator)
    many = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_mrc(many, coordinator)
    for code in ("W01", "W07", "W10"):
        complete_mrc(a_visit(many.patient, code, coordinator), coordinator)
        enter(many, "infusion", coordinator, number=int(code[1:]), dosing_weight_kg="60")
    for name, arguments in (("sign-visit", ["W04"]), ("sign-casebook", [])):
        urls = [reverse(name, args=[each.patient.number, *arguments]) for each in (few, many)]
        desk.get(urls[0])
        assert len({statements(lambda u=u: desk.get(u)).count for u in urls}) == 1


# --- signing --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-030")
def test_signed_visit_shows_its_manifest_and_the_next_one(desk, url, visit, site, coordinator):
    other = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_mrc(other, coordinator)
    PatientOutlook.objects.update(unfinished_code="")
    answer = post(desk, url)
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    page = words(desk.get(url))
    assert re.search(r"✓ Signed by Synthetic investigator \(investigator\), 20\d\d-\d\d-\d\d \d\d:\d\d JST, for Week 4", page)
    assert f"Next to sign: {other.patient.number}, Week 4" in page


def test_form_and_casebook_are_signed_on_their_pages(desk, visit, mrc, coordinator, investigator):
    enter(visit, "grip-strength", coordinator, right_1="31.0")
    form = reverse("sign-form", args=[visit.patient.number, "W04", "mrc-strength", 1])
    assert post(desk, form).status_code == 302
    assert Signature.objects.get().entry == mrc
    assert post(desk, reverse("sign-casebook", args=[visit.patient.number]), seen="9999").status_code == 422


@pytest.mark.requirement("R-034")
@pytest.mark.requirement("R-040")
def test_stale_page_is_refused_and_shows_the_data_as_they_are_now(desk, url, visit, coordinator):
    old = seen(desk, url)
    change(visit, coordinator, "2")
    answer = post(desk, url, seen=old)
    assert answer.status_code == 409
    assert "changed meanwhile" in words(answer)
    assert "checked" in answer.content.decode()
    assert not Signature.objects.exists()
    assert post(desk, url).status_code == 302


def test_wrong_password_on_a_stale_page_says_that_it_is_stale(desk, url, visit, coordinator):
    old = seen(desk, url)
    change(visit, coordinator, "2")
    assert "changed meanwhile" in words(post(desk, url, seen=old, password="wrong"))


def test_second_click_signs_nothing_and_says_so(desk, url):
    old = seen(desk, url)
    assert post(desk, url, seen=old).status_code == 302
    answer = post(desk, url, seen=old)
    assert (answer.status_code, Signature.objects.count()) == (409, 1)
    assert "signed already" in words(answer)


# --- the password again ---------------------------------------------------------------------------


@pytest.mark.requirement("R-033")
@pytest.mark.requirement("R-054")
def test_wrong_passwords_count_to_the_lockout_of_the_login(desk, url, client):
    answers = [post(desk, url, password="wrong", seen="1") for _ in range(WRONG_TRIES)]
    assert {answer.status_code for answer in answers} == {422}
    assert "Nothing was signed" in words(answers[0])
    assert "ask an administrator to unlock it" in words(answers[-1])
    assert "checked" in answers[-1].content.decode()
    assert list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))[-2:] == [
        What.WRONG_TO_SIGN,
        What.LOCKED,
    ]
    assert post(desk, url).status_code == 422
    assert not Signature.objects.exists()
    assert not Declaration.objects.exists()
    login = client.post("/login/", {"username": "investigator", "password": PASSWORD})
    assert "nobody can log in with it" in login.content.decode()
    later(timedelta(minutes=20))
    assert post(desk, url).status_code == 302


def test_wrong_tries_at_the_login_and_at_a_signature_add_up(desk, url, client):
    for _ in range(WRONG_TRIES - 1):
        client.post("/login/", {"username": "investigator", "password": "wrong"})
    assert "ask an administrator" in words(post(desk, url, password="wrong"))


def test_right_password_ends_the_count_of_wrong_tries(desk, url):
    for _ in range(2):
        for _ in range(WRONG_TRIES - 1):
            post(desk, url, password="wrong", seen="1")
        post(desk, url, seen="1")
    assert not LoginEvent.objects.filter(what=What.LOCKED).exists()


@pytest.mark.requirement("R-038")
def test_nobody_signs_with_the_user_name_and_password_of_somebody_else(desk, url, site):
    make_user("second", Role.INVESTIGATOR, site)
    answer = post(desk, url, username="second")
    assert answer.status_code == 422
    assert "nobody can sign for somebody else" in words(answer)
    assert LoginEvent.objects.get().username == "investigator"
    assert not Signature.objects.exists()


@pytest.mark.requirement("R-032")
def test_first_signature_of_a_session_asks_for_both_and_later_ones_for_the_password(desk, url, visit, coordinator, client):
    assert post(desk, url, username="").status_code == 422
    assert post(desk, url).status_code == 302
    change(visit, coordinator)
    assert 'name="username"' not in desk.get(url).content.decode()
    only = {"password": PASSWORD, "username": ""}
    assert post(desk, url, **{**only, "password": "wrong"}).status_code == 422
    assert post(desk, url, **only).status_code == 302
    change(visit, coordinator, "2")
    desk.post("/logout/")
    desk.post("/login/", {"username": "investigator", "password": PASSWORD})
    assert 'name="username"' in desk.get(url).content.decode()
    assert post(desk, url, **only).status_code == 422


@pytest.mark.requirement("R-032")
def test_login_in_place_asks_for_both_again(desk, url, visit, coordinator):
    post(desk, url)
    change(visit, coordinator)
    desk.post("/login/again/", {"username": "investigator", "password": PASSWORD})
    assert 'name="username"' in desk.get(url).content.decode()


def test_refused_signature_leaves_both_to_be_asked_for(desk, url):
    assert post(desk, url, seen="x").status_code == 409
    assert 'name="username"' in desk.get(url).content.decode()


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 403), ("monitor", 403), ("data_manager", 403), ("outsider", 404)]
)
def test_direct_post_by_others_is_refused(who, status, url, visit, request):
    client = at(request.getfixturevalue(who))
    number = visit.patient.number
    for address in (url, f"/patients/{number}/sign/", f"/patients/{number}/W04/mrc-strength/1/sign/"):
        data = {"seen": "99", "username": who, "password": PASSWORD, "declares": "yes"}
        assert client.post(address, data).status_code == status
        assert client.get(address).status_code == status
    assert not Signature.objects.exists()
    assert not LoginEvent.objects.exists()


@pytest.mark.requirement("R-035")
def test_membership_that_ended_signs_no_more(desk, url, investigator):
    with acting(SYSTEM, source="test"):
        Membership.objects.update(is_current=False)
    assert desk.post(url, {**BOTH, "seen": "99"}).status_code == 404


@pytest.mark.requirement("R-037")
def test_page_says_whom_to_ask_while_the_identity_is_not_confirmed(url, site):
    page = words(at(make_user("new", Role.INVESTIGATOR, site)).get(url))
    assert "Show an identity document to the data manager" in page
    assert "Your password" not in page


# --- where it shows -------------------------------------------------------------------------------

MANIFEST = r"Synthetic investigator \(investigator\), \d{4}-\d\d-\d\d \d\d:\d\d JST, for Week 4: “I have reviewed"


@pytest.mark.requirement("R-030")
def test_manifest_stands_wherever_the_record_is_shown_or_printed(visit, mrc, investigator, coordinator, monitor):
    signed(visit, Scope.VISIT, investigator)
    number = visit.patient.number
    site, review = at(coordinator), at(monitor)
    for client, address in (
        (site, f"/patients/{number}/W04/"),
        (site, f"/patients/{number}/"),
        (site, reverse("print-visit", args=[number, "W04"])),
        (site, reverse("print-casebook", args=[number])),
        (review, reverse("monitor:casebook_patient_change", args=[visit.patient.pk])),
        (review, reverse("monitor:casebook_visit_change", args=[visit.pk])),
        (review, reverse("monitor:casebook_entry_change", args=[mrc.pk])),
        (review, reverse("print-visit", args=[number, "W04"])),
    ):
        assert re.search(MANIFEST, words(client.get(address))), address


@pytest.mark.requirement("R-034")
def test_broken_signature_shows_with_what_broke_it(visit, mrc, investigator, coordinator, monitor):
    signed(visit, Scope.VISIT, investigator)
    change(visit, coordinator, reason="Transcription error")
    number, anchor = visit.patient.number, f"#mrc-strength-1-{GRADES[0]}"
    told = "by a change: Week 4, MRC strength: Shoulder abduction, right changed, by coordinator (coordinator), reason “Transcription error”"
    for client, address, link in (
        (at(coordinator), f"/patients/{number}/W04/", f"/patients/{number}/W04/"),
        (at(coordinator), f"/patients/{number}/", f"/patients/{number}/W04/"),
        (
            at(monitor),
            reverse("monitor:casebook_visit_change", args=[visit.pk]),
            reverse("monitor:casebook_visit_change", args=[visit.pk]),
        ),
    ):
        answer = client.get(address)
        assert told in words(answer), address
        assert f'href="{link}{anchor}"' in answer.content.decode()
    printed = words(at(coordinator).get(reverse("print-visit", args=[number, "W04"])))
    assert "✗ Signature of Synthetic investigator: broken since" in printed
    assert "What stands here is not signed" in printed


def test_reason_and_name_are_shown_as_text(visit, mrc, investigator, coordinator):
    signed(visit, Scope.VISIT, investigator)
    change(visit, coordinator, reason="<b>bold</b>")
    assert b"<b>bold" not in at(coordinator).get(f"/patients/{visit.patient.number}/W04/").content


def test_history_keeps_the_broken_one_after_signing_anew(desk, url, visit, coordinator):
    post(desk, url)
    change(visit, coordinator)
    post(desk, url, username="")
    page = words(desk.get(f"/patients/{visit.patient.number}/"))
    assert page.count("✓ stands") == page.count("✗ broken") == 1


@pytest.mark.requirement("R-039")
def test_today_lists_what_to_sign_for_investigators_only(desk, visit, mrc, investigator, coordinator):
    PatientOutlook.objects.update(unfinished_code="")
    page = words(desk.get("/"))
    assert f"To sign 1 {visit.patient.number} Week 4" in page
    signed(visit, Scope.VISIT, investigator)
    assert "Every complete visit is signed" in words(desk.get("/"))
    change(visit, coordinator)
    assert "✗ broken" in words(desk.get("/"))
    assert "To sign" not in words(at(coordinator).get("/"))


@pytest.mark.requirement("R-039")
def test_today_takes_the_same_number_of_statements_with_many_to_sign(desk, site, visit, mrc, coordinator):
    desk.get("/")
    few = statements(lambda: desk.get("/")).count
    for _ in range(10):
        complete_mrc(a_visit(a_patient(site, coordinator), "W04", coordinator), coordinator)
    PatientOutlook.objects.update(unfinished_code="")
    assert "After each signature" in words(desk.get("/"))
    assert statements(lambda: desk.get("/")).count == few


def test_signatures_cost_a_page_one_statement_whatever_their_number(visit, mrc, investigator, coordinator):
    client, page = at(coordinator), f"/patients/{visit.patient.number}/"
    client.get(page)
    few = statements(lambda: client.get(page)).count
    for grade in ("3", "2", "4"):
        signed(visit, Scope.VISIT, investigator)
        change(visit, coordinator, grade)
    signed(visit.patient, Scope.CASEBOOK, investigator)
    assert statements(lambda: client.get(page)).count == few


def test_coordinator_sees_the_state_and_no_way_to_sign(visit, mrc, investigator, coordinator):
    complete(visit, "visit", coordinator, fate="missed", missed_reason="Away")
    page = f"/patients/{visit.patient.number}/W04/"
    assert "Sign the visit" not in words(at(coordinator).get(page))
    signed(visit, Scope.VISIT, investigator)
    assert "✓ signed" in words(at(coordinator).get(page))
    assert chain_length(visit.patient)
