"""Confirming a training, publishing a version of one, withdrawing it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.alike import InOrder
from ecrf.access.models import User
from ecrf.access.roles import RIGHTS, WORKING, Right, Role
from ecrf.access.training import TrainingDocument, TrainingKind, TrainingRecord
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.taken import refusal_in_words
from ecrf.audit.texts import cleaned, cleaned_or_fault
from ecrf.delegation.training.practice import best_visit

LONGEST_TEXT = 20_000
TRAINED_ROLES = [role for role in Role if RIGHTS[role] & WORKING]
"""Roles that a training can be asked of: the others have no right that needs one."""


def asked_of(user: User) -> QuerySet[TrainingDocument]:
    """The current documents that the person's roles ask for; the practice site asks for none."""
    held = [m for m in user.current_memberships if not (m.site and m.site.is_practice)]
    roles = sorted({str(m.role) for m in held})
    return TrainingDocument.objects.filter(is_current=True, roles__overlap=roles).order_by(
        InOrder("title"), "pk"
    )


def records_of(user: User) -> QuerySet[TrainingRecord]:
    """What the person has confirmed at any time, the newest first."""
    return TrainingRecord.objects.filter(confirmed_by=user).select_related("document").order_by("-pk")


def own_document(user: User, pk: int) -> TrainingDocument:
    """A document that is asked of the person, or was confirmed; another one does not exist (404)."""
    own = asked_of(user) | TrainingDocument.objects.filter(records__confirmed_by=user)
    return get_object_or_404(own.distinct(), pk=pk)


def every_document() -> QuerySet[TrainingDocument]:
    """All versions, those of one title together, the newest first."""
    return TrainingDocument.objects.select_related("published_by").order_by(
        InOrder("title"), "title", "-published_at"
    )


def confirm(*, document: TrainingDocument, by: User) -> TrainingRecord:
    """The person's own word, once: a second click finds the first. ValidationError for what is not current any more, is
    not asked of the person, or is a practice visit that is not whole yet."""
    if not asked_of(by).filter(pk=document.pk).exists():
        raise ValidationError(
            gettext("This is not asked of you, or there is a newer version by now. Look at the list again.")
        )
    if document.kind == TrainingKind.PRACTICE:
        visit = best_visit(by, document)
        if visit is None or visit.lacks:
            raise ValidationError(
                gettext("The practice visit is not whole yet. What is missing stands on the page.")
            )
    role = next(str(m.role) for m in by.current_memberships if m.role in document.roles)
    with acting(Actor(str(by.pk), by.username, role)):
        # Two clicks meet here, and take turns: the person's own row.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        record, _is_new = TrainingRecord.objects.get_or_create(document=document, confirmed_by=by)
    return record


def checked(typed: dict[str, object]) -> TrainingDocument:
    """The document as it was typed, not saved. ValidationError by field."""
    key, version = str(typed["key"]).strip().lower(), cleaned(str(typed["version"]), lines=False)
    title, fault = cleaned_or_fault(str(typed["title"]), lines=False)
    text, text_fault = cleaned_or_fault(str(typed["text"]))
    roles = [role for role in TRAINED_ROLES if role in list(typed["roles"])]  # type: ignore[call-overload]
    document = TrainingDocument(
        key=key,
        version=version,
        title=title,
        kind=str(typed["kind"]),
        text=text,
        roles=[str(r) for r in roles],
    )
    faults: dict[str, list[str]] = {}
    try:
        document.full_clean(exclude=["published_by", "is_current"], validate_constraints=False)
    except ValidationError as error:
        faults = error.message_dict
    if fault or text_fault:
        faults |= {"title": [fault]} if fault else {"text": [text_fault]}
    if len(text) > LONGEST_TEXT:
        faults["text"] = [
            gettext("At most %(longest)s characters: this has %(length)s.")
            % {"longest": f"{LONGEST_TEXT:,}", "length": f"{len(text):,}"}
        ]
    if not roles:
        faults["roles"] = [gettext("Tick the roles that must know it.")]
    if TrainingDocument.objects.filter(key=key, version=version).exists():
        faults["version"] = [
            gettext("There is this version already. Give the new text a version of its own.")
        ]
    if faults:
        raise ValidationError(faults)
    return document


def publish(*, document: TrainingDocument, by: User) -> TrainingDocument:
    """Put it in force in the place of the version before: everybody of its roles is asked anew, from now on.
    ValidationError if somebody else published another one of the same key a moment ago."""
    with refusal_in_words(), acting(by.acting_at(None, Right.MANAGE_ACCOUNTS)):
        TrainingDocument.objects.select_for_update().filter(key=document.key, is_current=True).update(
            is_current=False
        )
        document.published_at, document.published_by, document.is_current = timezone.now(), by, True
        document.save()
    return document


def withdraw(*, document: TrainingDocument, reason: str, by: User) -> None:
    """Nobody is asked for it any more; what was confirmed stays on record."""
    why = tidy(reason)
    if fault := fault_of(why, pgettext("of which the reason is asked", "it is withdrawn")):
        raise ValidationError(fault)
    with acting(by.acting_at(None, Right.MANAGE_ACCOUNTS), reason=why):
        locked = TrainingDocument.objects.select_for_update().get(pk=document.pk)
        if locked.is_current:
            locked.is_current = False
            locked.save(update_fields=["is_current"])


def confirmations(document: TrainingDocument) -> dict[int, datetime]:
    """{user: when this version was confirmed}."""
    return dict(document.records.values_list("confirmed_by", "confirmed_at"))
