"""People and places as they stood at the cut, from the trail's chain of what belongs to no patient."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from lxml.etree import Element, SubElement, _Element

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.models import SYSTEM_CHAIN
from ecrf.exports.cut import Cut
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.odm.names import (
    STUDY_LOCATION,
    moment,
    safe,
    signature_oid,
    user_oid,
)
from ecrf.exports.odm.survey import Survey
from ecrf.exports.people import account

EVENTS = """
    SELECT "table", "row"::bigint, at, changes::text FROM audit_auditevent
    WHERE chain = %s AND position <= %s AND "table" = ANY (%s) ORDER BY position
"""
USERS, SITES, MEMBERSHIPS = (model._meta.db_table for model in (User, Site, Membership))
USER_TYPES = {
    Role.INVESTIGATOR: "Investigator",
    Role.MONITOR: "Sponsor",
    Role.DATA_MANAGER: "Sponsor",
    Role.SAFETY: "Sponsor",
    Role.STATISTICIAN: "Sponsor",
}
"""Any other role is of type Other."""
LEGAL_REASON = (
    "The signer has declared that the electronic signature is the legally binding equivalent of the"
    " handwritten one."
)

Row = dict[str, Any]


@dataclass
class Admin:
    """`rows`: {table: {id: the row at the cut}}, `added`: {site id: the day it was added}, `locations`: {code of a site
    that is written, or one that it had before: its OID}."""

    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {USERS: {}, SITES: {}, MEMBERSHIPS: {}})
    added: dict[int, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)

    def location_of(self, code: str) -> str:
        """The OID of a site by its code; the study's own for none."""
        return self.locations.get(code, STUDY_LOCATION)

    def site_oid(self, site: int) -> str:
        return f"L.{self.rows[SITES][site]['code']}"

    def sites(self, codes: Collection[str] | None) -> list[int]:
        """The ids of the sites to write, in the order of their codes: never one for practice."""
        sites = sorted(self.rows[SITES].items(), key=lambda site: str(site[1]["code"]))
        return [pk for pk, row in sites if not row["is_practice"] and (codes is None or row["code"] in codes)]


def admin_at(cut: Cut) -> Admin:
    """One statement."""
    found = Admin()
    codes: dict[str, int] = {}
    with connection.cursor() as cursor:
        last = cut.positions.get(SYSTEM_CHAIN, 0)
        cursor.execute(EVENTS, [SYSTEM_CHAIN, last, [USERS, SITES, MEMBERSHIPS]])
        for table, pk, at, changes in cursor.fetchall():
            values = {name: pair[1] for name, pair in json.loads(changes).items()}
            found.rows[table].setdefault(pk, {}).update(values)
            if table == SITES:
                found.added.setdefault(pk, moment(at)[:10])
                codes[found.rows[SITES][pk]["code"]] = pk
    written = found.sites(cut.sites)
    found.locations = {code: found.site_oid(pk) for code, pk in codes.items() if pk in written}
    return found


def write_admin(admin: Admin, cut: Cut, found: Survey, edition: Edition) -> _Element:
    """Where some sites are written, of people only those who acted there."""
    sites = admin.sites(cut.sites)
    data = Element("AdminData", StudyOID=edition.study_oid)
    acted = {pk for pk, _name in found.actors if pk}
    for pk, row in sorted(admin.rows[USERS].items()):
        if cut.sites is None or pk in acted:
            _user(data, admin, pk, _nameless(admin, pk) if cut.without_identifiers else row, sites)
    for name in sorted({name for pk, name in found.actors if not pk}):
        user = SubElement(data, "User", OID=user_oid(None, name), UserType="Other")
        _names(user, name, f"{name} (no person)")
    taken_on = moment(cut.taken_at)[:10]
    study = _location(data, STUDY_LOCATION, "The study as a whole", "Sponsor")
    _described(study, edition, min(admin.added.values(), default=taken_on))
    for pk in sites:
        site = _location(data, admin.site_oid(pk), admin.rows[SITES][pk]["name"], "Site")
        _described(site, edition, admin.added[pk] or taken_on)
    for meaning in found.meanings:
        signature = SubElement(data, "SignatureDef", OID=signature_oid(meaning), Methodology="Electronic")
        SubElement(signature, "Meaning").text = safe(meaning)
        SubElement(signature, "LegalReason").text = LEGAL_REASON
    return data


def _user(data: _Element, admin: Admin, pk: int, row: Row, sites: list[int]) -> None:
    mine = [one for one in admin.rows[MEMBERSHIPS].values() if one["user_id"] == pk]
    types = {USER_TYPES.get(one["role"], "Other") for one in mine}
    kind = next((one for one in ("Investigator", "Sponsor") if one in types), "Other")
    user = SubElement(data, "User", OID=user_oid(pk, ""), UserType=kind)
    _names(user, row["username"], row.get("full_name") or row["username"])
    for site in sites:
        if any(one.get("site_id") == site for one in mine):
            SubElement(user, "LocationRef", LocationOID=admin.site_oid(site))


def _nameless(admin: Admin, pk: int) -> Row:
    """In place of who it is: the account's id and the roles."""
    roles = {one["role"] for one in admin.rows[MEMBERSHIPS].values() if one["user_id"] == pk}
    labels = ", ".join(str(role.label) for role in Role if role in roles)
    return {"username": account(pk), "full_name": f"{labels or 'No role'} {account(pk)}"}


def _names(user: _Element, login: str, full: str) -> None:
    """Readers want a first and a last name; nobody was asked which is which: what stands before the last blank, and
    behind it."""
    first, _blank, last = full.rpartition(" ")
    names = {
        "LoginName": login,
        "DisplayName": login,
        "FullName": full,
        "FirstName": first or last,
        "LastName": last,
    }
    for tag, text in names.items():
        SubElement(user, tag).text = safe(text)


def _location(data: _Element, oid: str, name: str, kind: str) -> _Element:
    return SubElement(data, "Location", OID=oid, Name=safe(name), LocationType=kind)


def _described(location: _Element, edition: Edition, since: str) -> None:
    SubElement(
        location,
        "MetaDataVersionRef",
        StudyOID=edition.study_oid,
        MetaDataVersionOID=edition.metadata_oid,
        EffectiveDate=since,
    )
