"""What must be on file before a person signs for the first time: the identity and the declaration."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from ecrf.access.roles import Role
from ecrf.audit.models import AuditEvent
from ecrf.signatures.models import Declaration, IdentityCheck, SignatureScope
from ecrf.signatures.services import SignatureRefused
from tests.builders import enter
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, _empty_every_table, at_once  # noqa: F401
from tests.ecrf.signatures.conftest import change, signed

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-037")
def test_investigator_whose_identity_nobody_confirmed_cannot_sign(visit, scale, site):
    new = make_user("new-investigator", Role.INVESTIGATOR, site)
    with pytest.raises(SignatureRefused, match="make sure who you are"):
        signed(visit, SignatureScope.VISIT, new)
    call_command("confirm_identity", new.username, "--by", "Synthetic manager", "--how", "passport seen")
    assert signed(visit, SignatureScope.VISIT, new).stands
    record = IdentityCheck.objects.get()
    assert (record.user, record.how, record.confirmed_by) == (new, "passport seen", "Synthetic manager")
    assert AuditEvent.objects.filter(table="signatures_identitycheck").count() == 1


@pytest.mark.parametrize(
    ("name", "by", "how"),
    [("nobody-here", "M", "seen"), ("investigator", " ", "seen"), ("investigator", "M", "")],
)
def test_identity_needs_an_account_a_name_and_a_way(investigator, name, by, how):
    with pytest.raises(CommandError):
        call_command("confirm_identity", name, "--by", by, "--how", how)
    assert IdentityCheck.objects.count() == 1


@pytest.mark.requirement("R-037")
def test_declaration_is_asked_for_once_and_kept(visit, scale, coordinator, investigator):
    with pytest.raises(SignatureRefused, match="declaration"):
        signed(visit, SignatureScope.VISIT, investigator, declares=False)
    signed(visit, SignatureScope.VISIT, investigator)
    assert "legally binding equivalent" in Declaration.objects.get(declared_by=investigator).text
    change(visit, coordinator)
    signed(visit, SignatureScope.VISIT, investigator, declares=False)
    assert Declaration.objects.count() == 1
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Declaration.objects.update(text="Nothing")


def test_refused_signature_leaves_no_declaration(visit, scale, coordinator, investigator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    with pytest.raises(SignatureRefused):
        signed(visit, SignatureScope.VISIT, investigator)
    assert not Declaration.objects.exists()


def test_account_without_a_full_name_cannot_sign(visit, scale, investigator):
    investigator.full_name = " "
    with pytest.raises(SignatureRefused, match="full name"):
        signed(visit, SignatureScope.VISIT, investigator)
