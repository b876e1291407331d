"""The pages that this protocol's forms bring × every role × own and other site; all others: test_access.py."""

import pytest
from django.urls import get_resolver

from ecrf.forms.registry import CRFS
from tests.rules.test_access import (
    TABLE,
    asked_of,
    cast,
    differences,
    other,
    own,
    patterns,
    test_lists_of_a_monitor_show_no_patient_of_another_site,
)

__all__ = ["cast", "other", "own", "test_lists_of_a_monitor_show_no_patient_of_another_site"]
"""Its fixtures, and what it asks of the lists of forms too."""

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-070"), pytest.mark.requirement("R-071")]

OF_FORMS = [
    f"monitor:{form.model._meta.app_label}_{form.model._meta.model_name}_{kind}"
    for form in CRFS.values()
    for kind in ("changelist", "change")
]


def test_every_address_is_in_the_table():
    assert set(patterns(get_resolver())) == set(TABLE), "Add a new address, with what every role gets."


def test_every_role_gets_what_the_table_says_of_forms_at_the_own_site(own, cast):
    assert differences(asked_of(own, 1, OF_FORMS), cast) == []


def test_every_role_gets_what_the_table_says_of_forms_at_another_site(other, cast):
    assert differences(asked_of(other, 2, OF_FORMS), cast) == []
