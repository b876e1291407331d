"""Checks and assumptions: no rule of the trial is left out of the page."""

import html
import re

import pytest

from ecrf.checks.catalogue import MARKS, catalogue
from ecrf.checks.registry import CHECKS
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


@pytest.fixture
def rules():
    return catalogue(protocol())


@pytest.fixture
def page(client, monitor):
    client.force_login(monitor)
    return html.unescape(client.get("/checks/").content.decode())


def test_every_check_stands_in_the_catalogue_once(rules):
    assert sorted(line.id for line in rules.checks) == sorted(CHECKS)


def test_every_form_stands_in_the_catalogue_once(rules):
    assert sorted(form.key for form in rules.forms) == sorted([*CRFS, "any-form"])


def test_every_item_of_every_form_stands_in_the_catalogue_once(rules):
    for form in rules.forms[:-1]:
        told = [label for line in form.items for label in line.labels]
        assert sorted(told) == sorted(str(item.verbose_name) for item in CRFS[form.key].items.values())


@pytest.mark.django_db
def test_every_check_stands_on_the_page_with_what_it_asks(page):
    for one in CHECKS.values():
        assert f">{one.id}</th>" in page, one.id
        assert one.title in page, one.id


@pytest.mark.django_db
def test_every_assumption_stands_on_the_page_with_its_reason(page):
    for one in protocol().assumptions:
        assert one.name in page
        assert one.value in page
        assert one.why in page


@pytest.mark.django_db
def test_hard_checks_are_told_as_refused_and_the_others_as_asked(page):
    rows = dict(re.findall(r'<th scope="row">([A-Z]+-\d{3})</th>(.*?)</tr>', page, re.DOTALL))
    for one in CHECKS.values():
        assert ("Refused" in rows[one.id]) is one.hard
        assert str(MARKS[one.source]) in rows[one.id]


def test_forms_follow_the_schedule_each_with_its_rows_behind_it(rules):
    keys = [form.key for form in rules.forms]
    assert keys[0] == "visit"
    assert keys[-1] == "any-form"
    first = [key for key in keys if key in protocol().scheduled_crfs()]
    assert first == protocol().scheduled_crfs()
    for key, definition in CRFS.items():
        assert not definition.row_of or keys.index(key) > keys.index(definition.row_of)
