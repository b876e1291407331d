"""What an event does to the items of one entry: values, reasons why there is none, and verifications that fall."""

from typing import Any

from ecrf.exports.odm.flags import FlagType, Note, note
from ecrf.exports.odm.layout import REASON
from ecrf.exports.odm.names import COMMENT, CONTROL, MISSING, carried
from ecrf.exports.odm.replay.events import TrailEvent
from ecrf.exports.odm.replay.state import CONTEXT, INSERT, REMOVE, UPDATE, EntryState, ItemChange
from ecrf.exports.odm.values import text_of

Changes = dict[str, list[Any]]
"""{item: [old, new]}"""


def changed_items(
    entry: EntryState, event: TrailEvent, values: Changes, without_texts: bool = False
) -> list[ItemChange]:
    """What the event did to the entry's items, which then are as it left them. What is blanked stays, as null."""
    assert entry.form is not None
    items, done = entry.form.items, []
    for name, (_old, value) in values.items():
        if name in items:
            done += _value(entry, event, name, value)
        elif name.endswith(REASON) and (item := name.removesuffix(REASON)) in items:
            done += _reason(entry, item, value, without_texts)
    if entry.verified and not event.is_insert:
        _fall(entry, event, values, done)
    return done


def _value(entry: EntryState, event: TrailEvent, name: str, value: Any) -> list[ItemChange]:
    assert entry.form is not None
    if value is None:
        if entry.cells.get(name) is None:
            return []
        entry.cells[name] = None
        return [ItemChange(name, UPDATE, None, [])]
    act = UPDATE if name in entry.cells else INSERT
    text = text_of(entry.form.items[name], value)
    notes: list[Note] = []
    if CONTROL.search(text) or name in entry.escaped:
        notes.append(_escaped(entry, event, name, text))
        text = carried(text)
    entry.cells[name] = text
    return [ItemChange(name, act, text, notes)]


def _escaped(entry: EntryState, event: TrailEvent, name: str, text: str) -> Note:
    """Says where the text has signs that XML cannot carry, or that it has none any more."""
    if found := [f"U+{ord(one[0]):04X} at character {one.start() + 1}" for one in CONTROL.finditer(text)]:
        entry.escaped.add(name)
        words = f"Written as \\u and four digits: {', '.join(found)}"
        flag = note(event.position, FlagType.TEXT, "ESCAPED", words, more=2)
    else:
        entry.escaped.discard(name)
        flag = note(event.position, FlagType.TEXT, "AS-IT-IS", "Written as it is", more=2)
    entry.item_notes.setdefault(name, []).append(flag)
    return flag


def _reason(
    entry: EntryState, item: str, given: dict[str, str] | None, without_texts: bool
) -> list[ItemChange]:
    """Why an item has no value: the item itself is null, the reason an item of its own, which goes again with it."""
    done = []
    if given is not None and item not in entry.cells:
        entry.cells[item] = None
        done.append(ItemChange(item, INSERT, None, []))
    parts = ((MISSING, "reason"), (COMMENT, "comment"))
    for behind, part in parts[:1] if without_texts else parts:
        name, text = f"{item}{behind}", carried(given[part]) if given else ""
        before = entry.cells.get(name, "")
        if text == before:
            continue
        if text:
            entry.cells[name] = text
            done.append(ItemChange(name, UPDATE if before else INSERT, text, []))
        else:
            del entry.cells[name]
            done.append(ItemChange(name, REMOVE, None, []))
    return done


def _fall(entry: EntryState, event: TrailEvent, values: Changes, done: list[ItemChange]) -> None:
    """A verification falls with the value it was given to, as the database's trigger has it."""
    for name in dict.fromkeys(name.removesuffix(REASON) for name in values):
        if who := entry.verified.pop(name, ""):
            words = f"Verified by {who}; the value was changed by {event.who}"
            fallen = note(event.position, FlagType.VERIFICATION, "FALLEN", words)
            entry.item_notes.setdefault(name, []).append(fallen)
            change = next((one for one in done if one.name == name), None)
            if change is None:
                change = ItemChange(name, CONTEXT, entry.cells.get(name), [])
                done.append(change)
            change.notes.append(fallen)


def new(changes: Changes, name: str, default: Any = None) -> Any:
    """The value after the event; `default` where it did not change."""
    pair = changes.get(name)
    return default if pair is None else pair[1]
