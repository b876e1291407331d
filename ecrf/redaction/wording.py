"""Says in words where a text stands; never the text itself."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import models

from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from ecrf.redaction.places import EventPlace, FoundText, RowPlace

MISSING = ".missing"
STRUCK = "It is struck out: restore it first"


def current_words(place: RowPlace) -> str:
    """`Week 4, Vital signs: Position`, for a row of study data."""
    model = place.audited.model
    if not (model is Entry or issubclass(model, Crf)):
        return f"{model._meta.verbose_name} {place.row}: {_labels(model, place.items)}"
    entry = Entry.objects.select_related("visit", "parent__visit").get(pk=place.row)
    struck = f" ({STRUCK})" if entry.is_struck else ""
    return f"{_entry_words(entry)}: {_labels(model, place.items)}{struck}"


def lines(places: FoundText) -> Iterator[str]:
    """One line for each row and each event."""
    entries = Entry.objects.select_related("visit", "parent__visit").in_bulk(
        {event.entry_id for event in places.events if event.entry_id}
    )
    for row in places.copies:
        yield f"{row.audited.model._meta.verbose_name} {row.row}: {_labels(row.audited.model, row.items)}"
    for event in places.events:
        position = f"{event.position}" if event.chain else f"{event.position} of what belongs to no patient"
        yield f"trail, event {position}, {_event_words(event, entries.get(event.entry_id or 0))}"


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _event_words(event: EventPlace, entry: Entry | None) -> str:
    model = {model_of_table._meta.db_table: model_of_table for model_of_table in apps.get_models()}.get(
        event.table
    )
    what = str(model._meta.verbose_name) if model else event.table
    is_form = model is None or issubclass(model, Crf)
    where = " of ".join(
        [
            *([] if is_form and entry else [f"{what} {event.row}"]),
            *([_entry_words(entry)] if entry else []),
        ]
    )
    labels = [_labels(model, event.items)] if event.items else []
    return f"{where}: {', '.join([*labels, *(['its reason'] if event.in_reason else [])])}"


def _entry_words(entry: Entry) -> str:
    known = entry.parent is None or entry.parent.crf in CRFS
    title = form_title(entry) if known else entry.crf
    return ", ".join(part for part in (visit_label(entry.visit), title) if part)


def _labels(model: type[models.Model] | None, items: Iterable[str]) -> str:
    """What the form calls them; columns that are no items by their name in the code."""
    columns = {field.column: field for field in model._meta.concrete_fields} if model else {}
    names = dict.fromkeys(item.removesuffix(MISSING) for item in items)
    is_form = model is not None and issubclass(model, Crf)
    return ", ".join(
        str(columns[name].verbose_name) if is_form and name in columns else name for name in names
    )
