"""Members of the staff in what is taken out: named where identifiers are kept, else by account and role everywhere."""

import io
import json
import zipfile

import pytest
from lxml import etree
from pyarrow import parquet

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.exports.folder import file_of
from ecrf.exports.formats.registry import offered
from ecrf.exports.package import MANIFEST
from ecrf.exports.rebuild import rebuild
from ecrf.exports.tables.columns import staff_column
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.protocol import protocol
from tests.conftest import make_user
from tests.ecrf.exports.conftest import cut_named, files_in, table, take

pytestmark = pytest.mark.django_db
MARK = "qxz-"
"""Begins every user name here, and stands in nothing else."""


@pytest.fixture
def coordinator(site):
    return make_user(f"{MARK}coordinator", Role.COORDINATOR, site)


@pytest.fixture
def investigator(site):
    return make_user(f"{MARK}investigator", Role.INVESTIGATOR, site)


@pytest.fixture
def monitor(site):
    return make_user(f"{MARK}monitor", Role.MONITOR, site)


@pytest.fixture
def data_manager(db):
    return make_user(f"{MARK}data-manager", Role.DATA_MANAGER)


@pytest.fixture
def statistician(db):
    return make_user(f"{MARK}statistician", Role.STATISTICIAN)


@pytest.fixture
def outsider(other_site):
    return make_user(f"{MARK}outsider", Role.INVESTIGATOR, other_site)


def readable(name: str, content: bytes) -> str:
    if name.endswith(".parquet"):
        return str(parquet.read_table(io.BytesIO(content)).to_pydict())
    return content.decode("utf-8", errors="replace")


@pytest.mark.requirement("R-072")
def test_no_format_names_a_member_of_the_staff_unless_identifiers_are_kept(study, statistician, tmp_path):
    export = take(statistician, formats=tuple(offered()))
    assert export.is_done, export.outcome
    for name, content in files_in(export).items():
        assert MARK not in readable(name, content), name
    (tmp_path / "again").mkdir()
    assert rebuild(cut_named(), tmp_path / "again", tmp_path / "again.zip").is_same
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert json.loads(archive.read(MANIFEST))["taken_by"] == f"U.{statistician.pk}"


@pytest.mark.requirement("R-072")
def test_who_did_what_is_told_apart_by_account_and_role(study, statistician):
    export = take(statistician, formats=("csv", "odm", "odm-archive"))
    people = {(row["person"], row["role"], row["site"]) for row in table(export, "people")}
    roles = Membership.objects.select_related("site")
    assert people == {(f"U.{m.user_id}", m.role, m.site.code if m.site else "") for m in roles}
    known = {person for person, _role, _site in people}
    trail = table(export, "trail")
    assert {row["actor"] for row in trail} <= {*known, "system"}
    assert all((row["actor"], row["role"]) in {one[:2] for one in people} for row in trail if row["role"])
    for one in tables_of(describe(protocol()), Selection()):
        for column in one.columns:
            if column.label.endswith(": account"):
                assert {row[column.name] for row in table(export, one.name)} <= {*known, "", "system"}
    for name in ("odm/snapshot.xml", "odm/archive.xml"):
        users = etree.fromstring(files_in(export)[name]).findall(".//{*}User")
        written = {user.get("OID"): user.findtext("{*}FullName") for user in users}
        for pk, role in roles.values_list("user_id", "role"):
            assert str(Role(role).label) in written[f"U.{pk}"]


def test_where_identifiers_are_kept_people_are_named_as_everywhere_else(study, statistician):
    export = take(statistician, identifiers=True)
    names = set(User.objects.values_list("username", flat=True))
    assert {row["user_name"] for row in table(export, "people")} == names
    assert {row["actor"] for row in table(export, "trail")} <= {*names, "system"}
    assert json.loads(files_in(export)[MANIFEST])["taken_by"] == statistician.username
    assert file_of(export).exists()


def test_every_column_of_a_user_name_has_one_that_stands_in_its_place():
    """Whoever adds one by hand, and not by the rule, is found."""
    for one in tables_of(describe(protocol()), Selection(identifiers=True)):
        for column in one.columns:
            if "username" in column.sql or column.sql.endswith(".actor"):
                assert column.identifying, f"{one.name}.{column.name}"
                assert one.name == "people" or column.instead, f"{one.name}.{column.name}"
    assert staff_column("by", "By", "u.username", "'U.' || u.id").instead
