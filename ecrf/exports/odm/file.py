"""Writes a cut as an ODM file: the data as they stand (Snapshot), or everything that was ever done (Transactional)."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import IO, Literal

from django.utils.translation import gettext
from lxml import etree

from ecrf.access.language import in_master
from ecrf.exports.cut import Cut
from ecrf.exports.odm.admin import admin_at, write_admin
from ecrf.exports.odm.definitions import metadata
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.odm.edition.today import edition_of_today
from ecrf.exports.odm.layout import layouts
from ecrf.exports.odm.names import NAMESPACE, file_oid, moment, safe
from ecrf.exports.odm.replay.events import TrailEvent, events
from ecrf.exports.odm.replay.patient import PatientReplay
from ecrf.exports.odm.subjects import Subjects
from ecrf.exports.odm.survey import Survey, survey
from ecrf.exports.package import StepCounter, in_silence

Kind = Literal["snapshot", "transactional"]


def write_odm(
    file: IO[bytes],
    cut: Cut,
    kind: Kind,
    progress: StepCounter = in_silence,
    edition: Edition | None = None,
) -> None:
    """The same cut with the same edition of the forms, None for today's, gives the same bytes. Memory holds one patient
    at a time, whatever their number.

    Patients of practice sites are not of the study and are left out; what was struck out stands in the
    transactions and not in the snapshot.
    """
    with in_master():
        _write(file, cut, kind, progress, edition or edition_of_today())


def _write(file: IO[bytes], cut: Cut, kind: Kind, progress: StepCounter, edition: Edition) -> None:
    admin = admin_at(cut)
    found = survey(cut, admin.sites(cut.sites), edition)
    written = layouts(cut, found, edition)
    subjects = Subjects(admin, edition, without_texts=cut.without_identifiers)
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("ODM", _attributes(cut, kind), nsmap={None: NAMESPACE}):
            xml.write(
                metadata.write_study(
                    edition, written, _former_events(found, edition), set(found.forms) - set(edition.forms)
                )
            )
            xml.write(write_admin(admin, cut, found, edition))
            described = {"StudyOID": edition.study_oid, "MetaDataVersionOID": edition.metadata_oid}
            with xml.element("ClinicalData", described):
                for number, (_chain, rows) in enumerate(
                    groupby(events(cut, found.chains), key=itemgetter(0)), 1
                ):
                    progress(
                        gettext("ODM-XML, %(kind)s: patient %(number)s of %(all)s")
                        % {"kind": kind, "number": f"{number:,}", "all": f"{len(found.chains):,}"}
                    )
                    patient = PatientReplay(written, edition, without_texts=cut.without_identifiers)
                    for event in map(TrailEvent._make, rows):
                        done = patient.take(event)
                        if kind == "transactional":
                            for transaction in done:
                                xml.write(subjects.transaction(event, patient, transaction))
                    if kind == "snapshot" and not patient.is_struck:
                        xml.write(subjects.standing(patient))


def _former_events(found: Survey, edition: Edition) -> set[str]:
    """Of visits that the schedule no longer has."""
    return {edition.event_oid(code)[0] for code in found.visits if not edition.is_scheduled(code)}


def _attributes(cut: Cut, kind: Kind) -> dict[str, str]:
    is_history = kind == "transactional"
    return {
        "FileOID": file_oid(cut, kind),
        "FileType": "Transactional" if is_history else "Snapshot",
        **({"Archival": "Yes"} if is_history else {}),
        "Granularity": "All",
        "CreationDateTime": moment(cut.taken_at),
        "AsOfDateTime": moment(cut.taken_at),
        "ODMVersion": "1.3.2",
        "SourceSystem": "ecrf",
        "SourceSystemVersion": cut.version,
        "Description": metadata.synthetic() + safe(" ".join(_about(cut))),
    }


def _about(cut: Cut) -> Iterator[str]:
    yield f"Data cut {cut.name}: every event of the audit trail up to then, none after."
    if cut.sites is not None:
        yield f"Of the sites {', '.join(sorted(cut.sites))} alone."
    if cut.forms is not None:
        yield f"Of the forms {', '.join(sorted(cut.forms))} alone."
    if cut.without_identifiers:
        yield (
            "Items that identify a person are left out, and so are reasons, comments and what was said in queries."
            " Members of the staff stand by account and role."
        )
    if cut.patients is not None:
        yield f"Of {len(cut.patients)} chosen patient{'' if len(cut.patients) == 1 else 's'} alone."
    if cut.left_out:
        yield f"Without {len(cut.left_out)} item{'' if len(cut.left_out) == 1 else 's'} that were left out."
    yield "Times of day are partialTime, to the minute. A missing value is null; why stands in the item .MISSING."
