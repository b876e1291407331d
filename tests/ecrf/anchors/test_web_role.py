"""What makes anchors and verifies runs as the role of the worker, which cannot rewrite what they left."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from ecrf.anchors.downtime import beat
from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.models import AuditVerification
from ecrf.anchors.runs import verify_if_due
from ecrf.audit.bound.grants import READER, grant
from ecrf.audit.functions import revoke
from tests.database import sql
from tests.ecrf.audit.test_web_role import ROLE

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-008"), pytest.mark.requirement("R-009")]


@pytest.fixture
def as_reader(patients):
    """From here on the connection is the worker's."""
    for statement in [f"CREATE ROLE {ROLE}", *grant(READER, ROLE), revoke(), f"SET LOCAL ROLE {ROLE}"]:
        sql(statement)
    yield
    sql("RESET ROLE")


def test_worker_makes_anchors_verifies_and_compares(as_reader, anchored, folder, monkeypatch):
    monkeypatch.setattr("ecrf.audit.privileges.READER", ROLE)  # which alone may read every site
    make_anchor("test")
    assert deliver_due() == 1
    assert beat() == 0
    assert verify_if_due()
    call_command("verify_audit", since_last=True, stdout=StringIO())
    call_command("verify_audit", against=[str(folder)], stdout=StringIO())
    assert list(AuditVerification.objects.values_list("is_ok", flat=True)) == [True, True, True]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE anchors_anchor SET content = ''",
        "DELETE FROM anchors_anchor",
        "UPDATE anchors_auditverification SET is_ok = true, faults = 0",
        "DELETE FROM anchors_auditverification",
        "UPDATE anchors_downtime SET ended_at = began_at + interval '1 second'",
        "DELETE FROM anchors_downtime",
        "DELETE FROM anchors_heartbeat",
        "INSERT INTO anchors_installation (key) VALUES (gen_random_uuid())",
        "UPDATE anchors_installation SET key = gen_random_uuid()",
    ],
)
def test_worker_changes_nothing_that_was_kept(statement, as_reader):
    with pytest.raises(DatabaseError, match="permission denied"):
        sql(statement)
