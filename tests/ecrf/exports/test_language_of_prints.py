"""A casebook and an annotated CRF are made in the language in which the page was read where they were asked for."""

import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import get_language

from ecrf.exports.models import Export
from ecrf.exports.work import makers
from tests.builders import a_patient
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
