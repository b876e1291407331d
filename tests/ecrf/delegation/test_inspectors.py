"""An inspector reads everything of the named sites for a limited time, changes nothing, and each page is noted."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.delegation.models import PageRead
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-079")]


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="200")
    return visit


@pytest.fixture
def reader(client, inspector):
    client.force_login(inspector)
    return client


def test_each_page_is_noted_and_the_trail_does_not_grow(reader, visit, inspector):
    before = AuditEvent.objects.count()
    url = f"/monitor/casebook/visit/{visit.pk}/change/"
    assert reader.get(f"{url}?token=secret").status_code == 200
    reader.get("/monitor/casebook/patient/999999/change/")
    rows = list(PageRead.objects.order_by("pk").values_list("read_by__username", "path", "status"))
    assert rows == [
        ("inspector", url, 200),
        ("inspector", "/monitor/casebook/patient/999999/change/", 404),
    ]
    assert AuditEvent.objects.count() == before


def test_trail_is_open_too(reader, visit):
    assert reader.get(f"/patients/{visit.patient.number}/trail/").status_code == 200


def test_nobody_elses_pages_are_noted(client, visit, monitor):
    client.force_login(monitor)
    client.get("/monitor/")
    assert not PageRead.objects.exists()


def test_page_that_looks_by_itself_is_not_reading(reader, visit):
    reader.get("/account/session/", headers={"X-Unattended": "yes"})
    assert not PageRead.objects.exists()


def test_nobody_reads_unnoted_by_saying_that_the_page_looked_by_itself(reader, visit):
    reader.get("/monitor/", headers={"X-Unattended": "yes"})
    assert PageRead.objects.get().path == "/monitor/"


def test_secret_in_an_address_is_not_written_down(reader):
    reader.get("/calendar/abcdefghijklmnopqrstuvwxyz.ics")
    assert [row.path for row in PageRead.objects.all()] == ["/calendar/***.ics"]


def test_no_button_of_review_is_offered(reader, visit):
    pages = (
        f"/monitor/casebook/visit/{visit.pk}/change/",
        f"/monitor/casebook/patient/{visit.patient.pk}/change/",
        "/monitor/",
        "/monitor/queries/query/",
        "/monitor/locks/",
        "/monitor/monitoring-visits/",
        "/monitor/plan/",
        f"/patients/{visit.patient.number}/trail/",
        f"/patients/{visit.patient.number}/casebook-file/",
        "/calendar/",
        "/calendar/feed/",
    )
    for page in pages:
        answer = reader.get(page)
        assert answer.status_code == 200, page
        text = answer.content.decode()
        forms = [part.partition(">")[0] for part in text.split("<form")[1:]]
        offered = [form for form in forms if 'method="post"' in form and " hidden" not in form]
        assert [form for form in offered if "/logout/" not in form] == [], page
        assert not [word for word in ("hx-post", "formaction", 'form="act"') if word in text], page


@pytest.mark.parametrize(
    "path", ["/patients/add/", "/monitor/locks/study/lock/", "/training/read/1/", "/calendar/feed/"]
)
def test_whatever_is_sent_is_refused_in_words_and_nothing_is_written(path, reader, visit):
    before = AuditEvent.objects.count()
    answer = reader.post(path, {"site": "01"})
    assert answer.status_code == 403
    assert "As an inspector you read everything" in answer.content.decode()
    assert AuditEvent.objects.count() == before


def test_inspector_logs_out(reader):
    assert reader.post("/logout/").status_code == 302


def test_second_role_does_not_make_an_inspector_write(reader, inspector, site, visit):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=inspector, role=Role.COORDINATOR, site=site)
    assert reader.post("/patients/add/", {"site": "01"}).status_code == 403


def test_after_the_last_day_nothing_is_open(reader, inspector, visit):
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=inspector).update(ends_on=date(2020, 1, 1))
    assert reader.get(f"/monitor/casebook/visit/{visit.pk}/change/").status_code == 403


def test_another_site_does_not_exist(client, visit, other_site):
    client.force_login(make_user("guest", Role.INSPECTOR, other_site))
    assert client.get(f"/monitor/casebook/visit/{visit.pk}/change/").status_code == 404


@pytest.mark.parametrize(
    "statement", ["UPDATE delegation_pageread SET path = ''", "DELETE FROM delegation_pageread"]
)
def test_rows_are_never_changed_or_removed(statement, reader, visit):
    reader.get("/monitor/")
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_list_and_file_for_those_who_see_access(reader, client, data_manager, inspector):
    reader.get("/training/")
    client.force_login(data_manager)
    page = client.get("/inspectors/").content.decode()
    assert "/training/" in page
    file = b"".join(client.get("/inspectors/pages.csv")).decode("utf-8-sig")
    assert '"inspector","Synthetic inspector","/training/","200"' in file
