"""A casebook and an annotated CRF are made in the language in which the page was read where they were asked for."""

import json
import uuid
import zipfile

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from lxml import html

from ecrf.access.language import english_name
from ecrf.access.models import LANGUAGE_NAMES
from ecrf.audit.actor import SYSTEM, acting
from ecrf.exports.folder import file_of
from ecrf.exports.handed_over.keeping import content_of
from ecrf.exports.models import Export, ExportKind
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.exports.work import makers
from ecrf.forms.protocol import protocol
from ecrf.prints.pdf import casebook
from tests.builders import a_patient
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.ecrf.exports.test_pages import client_of

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def said_in(monkeypatch):
    """The languages in which files are made."""
    found = []

    def made(*_given, **_more):
        found.append(get_language())
        return b"%PDF-"

    monkeypatch.setattr(makers, "casebook_pdf", made)
    monkeypatch.setattr(makers, "annotated_crf_pdf", made)
    return found


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
def test_worker_knows_a_language_that_only_the_browser_had(
    site, coordinator, statistician, said_in, language
):
    patient = a_patient(site, coordinator)
    for by, page in (
        (coordinator, reverse("casebook-files", args=[patient.number])),
        (statistician, reverse("annotated-crf")),
    ):
        client = client_of(by)
        client.cookies["language"] = language  # as chosen at the login
        assert client.post(page, {"key": uuid.uuid4()}).status_code == 302
    call_command("work", once=True)
    assert said_in == [language] * 2
    assert set(Export.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
def test_casebooks_of_a_copy_are_in_the_language_of_who_asked_and_it_says_so(
    site, coordinator, investigator, monkeypatch, language
):
    a_patient(site, coordinator)
    said = []

    def made(*_given, **_more):
        said.append(get_language())
        return b"%PDF-"

    monkeypatch.setattr(casebook, "casebook_pdf", made)
    client = client_of(investigator)
    client.cookies["language"] = language
    assert client.post(reverse("make-site-copy", args=[site.code]), {"key": uuid.uuid4()}).status_code == 302
    call_command("work", once=True)
    assert said == [language]
    export = Export.objects.get()
    with zipfile.ZipFile(file_of(export)) as copy:
        manifest, readme, index = (
            copy.read(next(name for name in copy.namelist() if name.endswith(end))).decode()
            for end in ("manifest.json", "README.txt", "index.html")
        )
        table = copy.read(next(name for name in copy.namelist() if name.endswith("accounts.csv"))).decode(
            "utf-8-sig"
        )
    assert json.loads(manifest)["casebooks_in"] == language
    name = english_name(language)
    assert f"in {name}" in readme
    assert LANGUAGE_NAMES[language] in index
    page = html.fromstring(index.encode())
    assert page.get("lang") == language
    with override(language):
        title = gettext("For other systems, and for the inspector")
        assert protocol().title in page.text_content()
        visits = next(
            table.title for table in tables_of(describe(protocol()), Selection()) if table.name == "visits"
        )
    assert title in page.text_content()
    assert page.xpath(f"//th[text()='{visits}']")
    assert table.startswith('"username"')
    page = client.get(reverse("export", args=[export.request_key])).content.decode()
    assert LANGUAGE_NAMES[language] in page


@pytest.mark.parametrize("language", ["", "ja", "zh-hans"])
def test_casebook_that_is_handed_over_is_in_the_language_of_its_site(
    site, other_site, coordinator, data_manager, investigator, outsider, language
):
    with acting(SYSTEM):
        site.language = language or None
        site.save()
    patient = a_patient(site, coordinator)
    hand_over(patient, other_site, data_manager, moved_on=other_site.today())
    export = Export.objects.get(kind=ExportKind.HANDED_OVER)
    content, _moment = content_of(export)
    with override(language or "en"):
        assert content["language"] == gettext(
            "This casebook is in English. What people wrote stands as they wrote it."
        )
    assert export.wanted["language"] == (language or "en")
    assert other_site.code in content["as_of"]
