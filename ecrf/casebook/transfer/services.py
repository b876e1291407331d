"""Hands a patient over to another site: the casebook, the open work and the right to enter go along in one act."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import holders_of, site_obstacles
from ecrf.access.reach import require
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import USED_ELSEWHERE, Actor, acting, one_click
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.reach import take_turn_of_sites
from ecrf.casebook.record.derive import recalculate_patient
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.schedule.status import refresh_schedule_status
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.stays import show_the_same, transfers_of
from ecrf.forms.protocol import protocol

SOURCE = "monitor"


@dataclass(frozen=True)
class Agreement:
    """An investigator's word that the patient moves: whose, and the day it was given. None: not said."""

    by: User | None
    on: date | None


class TransferRefused(Exception):
    """Why nobody was moved, in words; `field`: beside which field of the page they stand, "" for the page. `others`:
    what else is wrong, field by field."""

    def __init__(self, words: str, field: str = "", others: dict[str, str] | None = None) -> None:
        super().__init__(words)
        self.field = field
        self.errors = {field or "page": words, **(others or {})}

    @classmethod
    def of(cls, errors: dict[str, str]) -> "TransferRefused":
        """All that is wrong; there is something."""
        field, words = next(iter(errors.items()))
        return cls(words, field, errors)


def transfer(
    *,
    patient: Patient,
    to_site: Site,
    moved_on: date | None,
    from_agreed: Agreement,
    to_agreed: Agreement,
    reason: str,
    by: User,
    request_key: uuid.UUID,
) -> Transfer:
    """Move the patient, as `patient.site` was seen, to another site; the same click twice moves once.

    From then on the new site reads and enters everything; the site before keeps the casebook as it was. TransferRefused
    says why not. Everything moves in one transaction, or nothing.
    """
    from_site, why = patient.site, tidy(reason)
    require(by, Right.LOCK, from_site)
    require(by, Right.LOCK, to_site)
    before, after = by.acting_at(from_site, Right.LOCK), by.acting_at(to_site, Right.LOCK)
    try:
        # Before the patient's turn: who changes a site's ranges takes the site's first, then its patients'.
        with acting(before, reason=why, source=SOURCE):
            take_turn_of_sites(from_site, to_site)
            with acting(before, patient_id=patient.pk, reason=why, source=SOURCE):
                one_click(request_key)
                if known := Transfer.objects.filter(request_key=request_key).first():
                    if known.patient_id != patient.pk:
                        raise TransferRefused(USED_ELSEWHERE)
                    return known
                now = Patient.objects.select_related("site").get(pk=patient.pk)
                if now.site_id != from_site.pk:
                    raise TransferRefused(_moved_meanwhile(now))
                made = _checked(now, to_site, moved_on, from_agreed, to_agreed, why)
                made.request_key, made.recorded_at, made.recorded_by = request_key, timezone.now(), by
                for step in HOOKS.before_transfer:
                    step(made)
                # A freeze or lock of the site before refuses this row, one of the new site the next.
                made.save(force_insert=True)
                _move(made, after)
    except Locked as refusal:
        raise TransferRefused(str(refusal)) from refusal
    patient.site = to_site
    return made


def _move(made: Transfer, actor: Actor) -> None:
    """What hangs on the patient's site follows, written in the name of who acts at the new one."""
    patient = made.patient
    with acting(actor, patient_id=patient.pk, reason=made.reason, source=SOURCE):
        patient.site = made.to_site
        patient.save(update_fields=["site"])
        for step in HOOKS.after_transfer:
            step(made)
        data = PatientData(patient)
        recalculate_patient(data)
        refresh_schedule_status(data)


def _moved_meanwhile(now: Patient) -> str:
    last = transfers_of(now)[-1]
    words = gettext("Patient %(number)s was handed over already: %(move)s. Nothing was changed.")
    return words % {"number": now.number, "move": last.words.lower()}


def _checked(
    patient: Patient,
    to_site: Site,
    moved_on: date | None,
    from_agreed: Agreement,
    to_agreed: Agreement,
    reason: str,
) -> Transfer:
    """The transfer that is asked for; TransferRefused for what is in the way, or else for all that is wrong in it."""
    for words in in_the_way(patient, to_site):
        raise TransferRefused(words, "to_site")
    errors = {
        "moved_on": day_fault(patient, to_site, moved_on),
        **_agreement_faults(from_agreed, patient.site, "from"),
        **_agreement_faults(to_agreed, to_site, "to"),
        "reason": fault_of(reason, gettext("the patient moves")),
    }
    if wrong := {name: fault for name, fault in errors.items() if fault}:
        raise TransferRefused.of(wrong)
    assert moved_on
    assert from_agreed.on
    assert to_agreed.on
    return Transfer(
        patient=patient,
        from_site=patient.site,
        to_site=to_site,
        moved_on=moved_on,
        reason=reason,
        from_investigator=from_agreed.by,
        from_agreed_on=from_agreed.on,
        to_investigator=to_agreed.by,
        to_agreed_on=to_agreed.on,
    )


def _agreement_faults(agreed: Agreement, site: Site, name: str) -> dict[str, str]:
    """{field: what is wrong there, "" for nothing}."""
    by, on = "", ""
    if agreed.by is None or agreed.by not in holders_of(site, Role.INVESTIGATOR):
        by = gettext("Choose the investigator of site %(code)s who agreed.")
        if not holders_of(site, Role.INVESTIGATOR):
            by = gettext(
                "Choose the investigator of site %(code)s who agreed. It has none at present: ask the administrator of"
                " this study."
            )
        by %= {"code": site.code}
    if agreed.on is None or agreed.on > site.today():
        on = gettext("Say on which day: today or earlier.")
    elif site.active_from and agreed.on < site.active_from:
        on = gettext("Site %(code)s is part of the study from %(day)s on: nobody agreed before.")
        on %= {"code": site.code, "day": site.active_from}
    return {f"{name}_agreed_by": by, f"{name}_agreed_on": on}


def in_the_way(patient: Patient, to_site: Site) -> Iterator[str]:
    """Why this patient cannot move to this site, whatever the day; nothing if he or she can."""
    if to_site.pk == patient.site_id:
        words = gettext("Patient %(number)s is at site %(code)s already.")
        yield words % {"number": patient.number, "code": to_site.code}
        return
    for site in (patient.site, to_site):
        if site.is_practice:
            words = gettext("Site %(code)s is for practice: nobody moves from there, and nobody to it.")
            yield words % {"code": site.code}
    if patient.struck_at:
        words = gettext("Patient %(number)s is struck out. Restore the patient first.")
        yield words % {"number": patient.number}
    for obstacle in site_obstacles(to_site, to_site.today()):
        yield str(obstacle)
    if not show_the_same(patient.site, to_site, to_site.today()):
        words = gettext(
            "The clocks of the sites differ: site %(from)s is in %(from_zone)s, site %(to)s in %(to_zone)s. The times"
            " typed so far would be read as other moments, so this system does not move a patient between them."
        )
        known = {"from": patient.site.code, "from_zone": patient.site.time_zone}
        yield words % {**known, "to": to_site.code, "to_zone": to_site.time_zone}


def day_fault(patient: Patient, to_site: Site, moved_on: date | None) -> str:
    """Why the new site cannot have the patient from this day on, in words; "" if it can."""
    if moved_on is None:
        return gettext("Say from which day on: today or earlier.")
    today = to_site.today()
    if moved_on > today:
        words = gettext("%(day)s is still to come (today is %(today)s). Hand the patient over on that day.")
        return words % {"day": moved_on, "today": today}
    if to_site.active_from and moved_on < to_site.active_from:
        words = gettext("Site %(code)s is part of the study from %(day)s on: the day cannot be before.")
        return words % {"code": to_site.code, "day": to_site.active_from}
    if (last := last_visit_on(patient)) and moved_on <= last:
        words = gettext(
            "Site %(code)s has a visit dated %(day)s: the new site's first day is later than that."
        )
        if last == today:
            words = gettext(
                "Site %(code)s has a visit dated %(day)s: the new site's first day is later than that."
                " Hand the patient over tomorrow."
            )
        return words % {"code": patient.site.code, "day": last}
    if (past := transfers_of(patient)) and moved_on < past[-1].moved_on:
        words = gettext("The patient came to site %(code)s on %(day)s: the day cannot be before.")
        return words % {"code": patient.site.code, "day": past[-1].moved_on}
    return ""


def last_visit_on(patient: Patient) -> date | None:
    """The latest date that a visit has; None while none is dated."""
    data = PatientData(patient)
    data.load(protocol().visit_form)
    return max((day for day in data.visit_days.values() if day), default=None)
