"""The bytes of a file that was brought are those whose hash the trail names, or nothing is read from them."""

import pytest
from django.urls import reverse

from ecrf.audit.verifying.verify import verify
from ecrf.imports.models import ImportState
from ecrf.imports.services import look_again
from tests.database import tamper
from tests.ecrf.imports.conftest import a_file
from tests.ecrf.imports.test_pages import logged_in

pytestmark = pytest.mark.django_db

ALTERED = [
    "UPDATE imports_importfilepiece SET content = overlay(content placing '9'::bytea from 1)",
    "DELETE FROM imports_importfilepiece",
    "INSERT INTO imports_importfilepiece (file_id, number, content)"
    " SELECT file_id, 1, content FROM imports_importfilepiece",
]


@pytest.mark.requirement("R-009")
def test_a_file_as_it_was_brought_is_no_fault(lines, site, visit, coordinator):
    a_file(lines("W01,60.5,70"), coordinator, site=site)
    assert verify().faults == []


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("statement", ALTERED)
def test_other_bytes_than_were_brought_are_named_by_the_verification(
    lines, site, visit, coordinator, statement
):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    tamper(statement)
    words = (
        f"row {batch.file_id} of imports_importfile: the bytes of the file are not those that were brought"
    )
    assert words in [str(fault) for fault in verify().faults]


@pytest.mark.parametrize("statement", ALTERED)
def test_other_bytes_than_were_brought_are_neither_read_nor_given_away(
    lines, site, visit, coordinator, statement
):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    tamper(statement)
    look_again(batch=batch, by=coordinator, reading={})
    assert (batch.state, "its SHA-256 is another one" in batch.outcome) == (ImportState.REFUSED, True)
    assert not batch.rows.exists()
    client = logged_in(coordinator)
    answer = client.post(reverse("import-file", args=[batch.request_key]), follow=True)
    assert "its SHA-256 is another one" in "".join(str(one) for one in answer.context["messages"])
    assert not batch.downloads.exists()
