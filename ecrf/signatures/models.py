"""Signatures of investigators, and what must be on file before a person signs for the first time."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.role_words import words_of_role

STANDS = models.Q(broken_position__isnull=True)


class SignatureScope(models.TextChoices):
    """What a signature covers: a form with its rows, all forms of a visit, or everything of the patient."""

    FORM = "form", pgettext_lazy("what is signed", "form")
    VISIT = "visit", pgettext_lazy("what is signed", "visit")
    CASEBOOK = "casebook", pgettext_lazy("what is signed", "casebook")


ONLY_BROKEN = """
    IF OLD.broken_position IS NOT NULL OR (to_jsonb(OLD) - 'broken_position' - 'broken_at')
        IS DISTINCT FROM (to_jsonb(NEW) - 'broken_position' - 'broken_at')
    THEN
        RAISE EXCEPTION 'A signature is never changed; signing anew is another one.' USING ERRCODE = 'EC003';
    END IF;
    RETURN NEW;
"""


@audited(patient="r.patient_id", entry="r.entry_id", ignore=["broken_position", "broken_at"])
class Signature(models.Model):
    """An investigator's signature, bound to a position of the patient's chain and the hash there.

    Any later change of what it covers, whoever makes it and however, lets the database's trigger write the position
    of that event into `broken_position`. A broken signature stays, and is never mended: signing anew is another row.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="signatures")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=10, choices=SignatureScope)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="signatures")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="signatures")
    position = models.BigIntegerField(help_text="Length of the patient's chain when it was signed")
    head = models.CharField(max_length=64, help_text="Hash of the last event at that position")
    meaning = models.TextField(help_text="What the signature means, in words, as shown when it was given")
    printed_name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    broken_position = models.BigIntegerField(
        null=True, help_text="In the patient's chain: the change that broke it"
    )
    broken_at = models.DateTimeField(null=True)

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope=SignatureScope.FORM, entry__isnull=False, visit__isnull=True)
                | models.Q(scope=SignatureScope.VISIT, entry__isnull=True, visit__isnull=False)
                | models.Q(scope=SignatureScope.CASEBOOK, entry__isnull=True, visit__isnull=True),
                name="signature_scope_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(broken_at__isnull=True, broken_position__isnull=True)
                | models.Q(broken_at__isnull=False, broken_position__isnull=False),
                name="signature_broken_at_and_position",
            ),
            models.UniqueConstraint(
                fields=["patient", "visit", "entry"],
                condition=STANDS,
                nulls_distinct=False,
                name="signature_stands_once",
            ),
        ]
        indexes = [models.Index(fields=["site", "signed_at"], name="signature_when")]
        triggers = [
            pgtrigger.Trigger(
                name="only_broken", when=pgtrigger.Before, operation=pgtrigger.Update, func=ONLY_BROKEN
            )
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}, {self.scope} of {self.patient_id} at {self.position}"

    @property
    def stands(self) -> bool:
        return self.broken_position is None

    @property
    def role_words(self) -> str:
        return words_of_role(self.role)


@audited(append_only=True)
class IdentityCheck(models.Model):
    """Somebody has made sure who the person behind an account is, and says how. The newest one counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="identity_checks")
    how = models.TextField(help_text="For instance: passport seen at the site; never its number")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=200, help_text="The name of who made sure, user or not")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(how="") & ~models.Q(confirmed_by=""),
                name="identity_check_says_how_and_who",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.how} ({self.confirmed_by})"


@audited(append_only=True)
class Declaration(models.Model):
    """A person's own word, once, that the electronic signature binds like the handwritten one."""

    text = models.TextField(help_text="The words that were shown and agreed to")
    declared_at = models.DateTimeField()
    declared_by = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="declaration")

    def __str__(self) -> str:
        return f"{self.declared_by}: {self.text}"
