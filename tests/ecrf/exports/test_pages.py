"""The pages of data out: who sees what, what is taken along, what is refused."""

import re
import uuid

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ecrf.access.models import Membership
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.delegation.training.services import confirm
from ecrf.exports.folder import file_of
from ecrf.exports.models import DataCut, Download, Export, ExportKind, Receipt, SavedChoice
from ecrf.exports.services import ask, confirm_receipt
from tests.ecrf.delegation.builders import a_training, fresh
from tests.ecrf.exports.conftest import take

pytestmark = [pytest.mark.django_db]


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def everything(**more) -> dict:
    """What the page sends when nothing was unticked."""
    page = {"key": str(uuid.uuid4()), "name": "First", "reason": "Interim look", "format": ["csv"]}
    from ecrf.access.models import Site
    from ecrf.exports.tables.description import describe
    from ecrf.forms.protocol import protocol

    page["form"] = [form.key for form in describe(protocol()).forms if not form.parent]
    page["site"] = list(Site.objects.filter(is_practice=False).values_list("code", flat=True))
    return {**page, **more}


def test_a_cut_is_asked_for_on_the_page(study, statistician):
    answer = client_of(statistician).post(reverse("new-cut"), everything())
    export = Export.objects.get()
    assert answer.url == reverse("export", args=[export.request_key])
    assert export.wanted["selection"]["forms"] is None
    assert export.wanted["selection"]["sites"] is None


def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(study, statistician):
    sent = everything(name="a/b", identifiers="keep", patients="01-001 99-999", save_as="Mine")
    answer = client_of(statistician).post(reverse("new-cut"), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "99-999 in the study" in page
    for typed in ("a/b", "Interim look", "01-001 99-999", "Mine"):
        assert f'value="{typed}"' in page
    assert not Export.objects.exists()


def test_patients_of_other_sites_than_were_ticked_are_named_and_nothing_is_taken(study, statistician):
    answer = client_of(statistician).post(
        reverse("new-cut"), everything(site=["02"], patients="01-001 02-001")
    )
    assert answer.status_code == 422
    assert "Not at the sites you ticked: 01-001 (of site 01)." in answer.content.decode()
    assert not Export.objects.exists()


def test_patients_are_read_as_they_are_typed_on_any_keyboard(study, statistician):
    client_of(statistician).post(reverse("new-cut"), everything(patients="０１-００１、０２－００１"))
    assert Export.objects.get().wanted["selection"]["patients"] == ["01-001", "02-001"]


def test_what_a_cut_holds_and_leaves_out_is_said_while_it_waits_and_after(study, statistician):
    """Also while it could still be cancelled."""
    sent = everything(patients="01-001", **{"columns-of": "reading", "column": ["reading.device"]})
    page = client_of(statistician).post(reverse("new-cut"), sent).url
    waiting = client_of(statistician).get(page).content.decode()
    call_command("work", once=True)
    ready = client_of(statistician).get(page).content.decode()
    assert DataCut.objects.exists()
    for said in (waiting, ready):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", said))
        assert "all forms, all sites, patients 01-001" in words
        assert re.search(r"Columns left out reading: [^·]*assessor", words)
        assert "Identifiers left out" in words
    assert "(role: statistician)" in ready


def test_forms_columns_and_choice_are_kept_under_a_name(study, statistician):
    sent = everything(
        form=["reading"], save_as="Readings", **{"columns-of": "reading", "column": ["reading.device"]}
    )
    client_of(statistician).post(reverse("new-cut"), sent)
    saved = SavedChoice.objects.get(name="Readings")
    assert saved.choice["selection"]["forms"] == ["reading"]
    assert "assessor" in saved.choice["selection"]["left_out"]["reading"]
    page = client_of(statistician).get(reverse("new-cut"), {"saved": saved.pk}).content.decode()
    assert re.findall(r'name="form" value="([^"]+)" checked', page) == ["reading"]


@pytest.mark.parametrize(("sent", "stored"), [([], None), (["reading"], ["reading"])])
def test_few_are_ticked_and_none_means_all(study, statistician, sent, stored):
    """Also without a script: nobody unticks what he does not want."""
    page = client_of(statistician).get(reverse("new-cut")).content.decode()
    assert re.findall(r'name="(?:form|site)" value="[^"]+" checked', page) == []
    assert page.count("none ticked: all of them") == 2
    client_of(statistician).post(reverse("new-cut"), everything(form=sent, site=[]))
    selection = Export.objects.get().wanted["selection"]
    assert (selection["forms"], selection["sites"]) == (stored, None)


@pytest.mark.parametrize("name", ["CON", "nul.first look", "Com1", "lpt9.x", "AUX .b", "COM²"])
def test_name_that_windows_takes_for_a_device_is_refused_beside_its_field(study, statistician, name):
    answer = client_of(statistician).post(reverse("new-cut"), everything(name=name))
    assert answer.status_code == 422
    assert "device" in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize("name", ["Console", "Interim com1", "LPT", "nulls.2026"])
def test_name_that_only_looks_like_a_device_is_taken(study, statistician, name):
    client_of(statistician).post(reverse("new-cut"), everything(name=name))
    assert Export.objects.get().title == name


def test_what_there_is_not_is_refused_and_never_taken_for_all(study, statistician):
    answer = client_of(statistician).post(reverse("new-cut"), everything(form=["none-such"]))
    assert answer.status_code == 422
    assert not Export.objects.exists()


@pytest.mark.requirement("R-015")
def test_a_download_gives_the_file_and_stands_in_the_trail(study, statistician):
    export = take(statistician)
    url = reverse("download-export", args=[export.request_key])
    answer = client_of(statistician).post(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Length"] == str(
        export.size
    )  # so that a browser notices a file that ends too early
    assert b"".join(answer.streaming_content) == file_of(export).read_bytes()
    assert answer["Content-Disposition"].startswith("attachment")
    assert Download.objects.get().downloaded_by == statistician
    assert AuditEvent.objects.filter(table="exports_download", actor="statistician").exists()


def test_a_file_that_is_gone_is_said_in_words(study, statistician):
    export = take(statistician)
    file_of(export).unlink()
    answer = client_of(statistician).post(reverse("download-export", args=[export.request_key]), follow=True)
    assert "made again" in answer.content.decode()
    assert not Download.objects.exists()


def test_ended_accounts_and_ended_roles_reach_no_file(study, statistician):
    export, client = take(statistician), client_of(statistician)
    url = reverse("download-export", args=[export.request_key])
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=statistician).update(is_current=False)
    assert client.post(url).status_code == 404
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=statistician).update(is_current=True)
        type(statistician).objects.filter(pk=statistician.pk).update(is_active=False)
    assert client.post(url).url.startswith(reverse("login"))
    assert not Download.objects.exists()


@pytest.mark.requirement("R-074")
def test_who_is_not_trained_takes_nothing_out_until_it_is_confirmed(study, statistician):
    export, client = take(statistician), client_of(statistician)
    document = a_training("statistician")
    asked = Export.objects.count()
    for answer in (
        client.post(reverse("new-cut"), everything(name="Second")),
        client.post(reverse("download-export", args=[export.request_key])),
    ):
        assert answer.status_code == 403
        assert "You have not confirmed your training" in answer.content.decode()
    assert Export.objects.count() == asked
    assert not Download.objects.exists()
    confirm(document=document, by=fresh(statistician))
    assert client.post(reverse("new-cut"), everything(name="Second")).status_code == 302


def test_a_guessed_address_is_no_file(study, statistician):
    take(statistician)
    assert client_of(statistician).post(reverse("download-export", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.requirement("R-071")
def test_a_sites_file_is_the_sites(study, coordinator, outsider, monitor, data_manager, statistician, site):
    export = ask(
        kind=ExportKind.SITE_COPY,
        title="Copy of site 01",
        by=coordinator,
        right="enter",
        request_key=uuid.uuid4(),
        site=site,
    )
    url = reverse("export", args=[export.request_key])
    answers = {
        user: client_of(user).get(url).status_code
        for user in (coordinator, outsider, monitor, data_manager, statistician)
    }
    assert answers == {coordinator: 200, outsider: 404, monitor: 404, data_manager: 200, statistician: 404}


@pytest.mark.requirement("R-071")
def test_a_cut_is_not_a_sites(study, statistician, coordinator):
    export = take(statistician)
    assert client_of(coordinator).get(reverse("export", args=[export.request_key])).status_code == 404


def test_cuts_are_never_changed(study, statistician):
    take(statistician)
    with pytest.raises(Exception, match="never changed"), acting(SYSTEM, source="test"):
        DataCut.objects.update(reason="Another")


@pytest.mark.requirement("R-111")
def test_receipt_is_confirmed_by_the_site_once_it_has_the_file(study, coordinator, data_manager, site):
    export = ask(
        kind=ExportKind.SITE_COPY,
        title="Copy of site 01",
        by=coordinator,
        right="enter",
        request_key=uuid.uuid4(),
        site=site,
    )
    with acting(SYSTEM, source="test"):
        Export.objects.update(state="done", size=1, sha256="0" * 64, file_name="copy.zip")
    url = reverse("confirm-receipt", args=[export.request_key])
    assert client_of(coordinator).post(url).status_code == 422  # not downloaded yet
    assert client_of(data_manager).post(url).status_code == 403
    with acting(SYSTEM, source="test"):
        Download.objects.create(export=export, downloaded_at=export.asked_at, downloaded_by=coordinator)
    client_of(coordinator).post(url, {"note": "Binder 3"})
    client_of(coordinator).post(url, {"note": "Binder 4"})
    assert Receipt.objects.get().note == "Binder 3"
    export.refresh_from_db()
    assert confirm_receipt(export=export, note="", by=coordinator) == Receipt.objects.get()


def test_pages_write_nothing_when_they_are_read(study, statistician):
    export, client = take(statistician), client_of(statistician)
    before = AuditEvent.objects.count()
    for url in (reverse("exports"), reverse("new-cut"), reverse("export", args=[export.request_key])):
        assert client.get(url).status_code == 200
    assert AuditEvent.objects.count() == before
