"""A source copy goes along with the form that it proves: it stands at the new place, and at the old one struck out."""

from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, MovedForm
from ecrf.casebook.striking.moved_away import MOVED
from ecrf.files.models import FileVersion, StoredFile


def copies_with(entries: Collection[int]) -> QuerySet[StoredFile]:
    """The copies that go along when the forms and rows with these ids are moved."""
    return StoredFile.objects.filter(Q(entry__in=entries) | Q(entry__parent__in=entries), struck_at=None)


@HOOKS.after_move
def copies_move(forms: list[MovedForm], by: User, actor: Actor) -> None:
    """As the values do: the newest version is recorded anew, under the same bytes, where the form stands now, so that
    it is listed, verified against and struck out there; who reads the one patient no longer reads the other's."""
    moved = {pk: form for form in forms for pk in form.entries}
    newest = Prefetch("versions", FileVersion.objects.order_by("-number"))
    for file in copies_with(moved).select_related("entry").prefetch_related(newest).order_by("pk"):
        assert file.entry
        # A row without a value is not recorded anew: its copy goes to the form whose row it was.
        at = file.entry_id if file.entry_id in moved else file.entry.parent_id
        assert at
        item = file.item if at == file.entry_id else ""
        _carry(file, moved[at], moved[at].entries[at], item, by, actor)


def _carry(file: StoredFile, form: MovedForm, entry: Entry, item: str, by: User, actor: Actor) -> None:
    with acting(actor, patient_id=file.patient_id, reason=form.left, source=MOVED):
        file.struck_at, file.struck_by, file.struck_reason = timezone.now(), by, form.left
        file.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    with acting(actor, patient_id=entry.patient_id, reason=form.arrived, source=MOVED):
        there = StoredFile.objects.create(
            kind=file.kind,
            title=file.title,
            patient=entry.patient,
            entry=entry,
            item=item,
            moved_from=file,
            added_by=by,
        )
        last = file.versions.all()[0]
        FileVersion.objects.create(
            file=there,
            number=1,
            content_id=last.content_id,
            name=last.name,
            original_sha256=last.original_sha256,
            boxes=last.boxes,
            added_by=by,
        )
