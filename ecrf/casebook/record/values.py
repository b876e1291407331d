"""Item values on their way: from what was typed to what is stored, and back to what the page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from ecrf.audit.texts import cleaned_or_fault, fault_of_text, meaning
from ecrf.casebook.data import PatientData
from ecrf.casebook.record.hooks import HOOKS, Conflict, Recorded, Writing
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.reported_units import Reported, sign_and_number
from ecrf.forms.typed_text import Ambiguous

COMMENT_LIMIT = 2000


@dataclass(frozen=True)
class Missing:
    """Given instead of a value: why there is none. `keeps_comment`: typed as two letters, which say nothing of the
    comment that stands with the same reason. `shows_comment`: of what a page showed, the comment too is as it was."""

    reason: str
    comment: str = ""
    keeps_comment: bool = field(default=False, compare=False)
    shows_comment: bool = field(default=False, compare=False)


Shown = str | Missing
"""An item's state as a page shows it: the text in the field, "" if blank; or the reason that stands instead. A text may
begin with any sign: no sign of it says what it is."""


def changes_in(
    values: Mapping[str, Any], row: Crf | None, seen: Mapping[str, Shown], data: PatientData, result: Recorded
) -> dict[str, Any]:
    """{item: value to store}, of those given that differ from what the row holds. What cannot be read is refused with
    the reason; what somebody else has changed since it was `seen` is a conflict: both stand in the result."""
    definition, now = result.place.definition, data.patient.site.now()
    changes: dict[str, Any] = {}
    signs, numbers = _signs_apart(definition, values)
    for name, given in {**values, **signs, **numbers}.items():
        try:
            value = value_of(definition, name, given, now)
            if name in definition.links and isinstance(value, str):
                _refuse_unknown(definition.links[name].to, value, data)
        except ValidationError as error:
            result.refused[name] = " ".join(error.messages)
            if isinstance(error, Ambiguous):
                result.readings[name] = error.readings
            continue
        stored = shown(definition, row, name)
        now_stored = state_of(row, name)
        if is_same(now_stored, value) or _says_no_more(given, now_stored):
            continue
        if not _is_as_seen(seen.get(name, stored), stored, now_stored):
            whole = now_stored if isinstance(now_stored, Missing) else stored
            result.conflicts[name] = Conflict(whole, as_shown(definition, name, value))
        else:
            changes[name] = value
    for name in numbers:
        if name in result.refused or name in result.conflicts:
            _hold_back_sign(definition, name, signs, changes, result)
    return changes


def _is_as_seen(seen: Shown, stored: Shown, now_stored: Any) -> bool:
    """Whether what is stored is what the page showed: with its comment, where that was to be seen and changed."""
    if isinstance(seen, Missing) and seen.shows_comment:
        return bool(seen == now_stored)
    return seen == stored


def _says_no_more(given: Any, stored: Any) -> bool:
    """Whether it is the reason that stands, given without a word on its comment."""
    return (
        isinstance(given, Missing)
        and given.keeps_comment
        and isinstance(stored, Missing)
        and given.reason == stored.reason
    )


def _hold_back_sign(
    definition: CrfDefinition,
    name: str,
    signs: Mapping[str, str],
    changes: dict[str, Any],
    result: Recorded,
) -> None:
    """The number is not stored: its sign must not stand before the number that is. It comes with the next try."""
    item = definition.items[name].sign
    changes.pop(item, None)
    result.conflicts.pop(item, None)
    if name in result.readings:
        result.readings[name] = tuple(
            (f"{signs[item]}{text}", f"{signs[item]} {words}") for text, words in result.readings[name]
        )


def _signs_apart(
    definition: CrfDefinition, values: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Of `<0.5`, given for a reported number, the sign, which is an item of its own, and the number: by their items."""
    signs, numbers = {}, {}
    for name, given in values.items():
        item = definition.items.get(name)
        if not isinstance(item, Reported) or not item.sign or not isinstance(given, str):
            continue
        if pair := sign_and_number(given):
            signs[item.sign], numbers[name] = pair
    return signs, numbers


def _refuse_unknown(to: str, link: str, data: PatientData) -> None:
    """A link must name a row that this patient has and that stands."""
    if not data.has_link(to, link):
        words = gettext("This patient has no %(form)s %(number)s. Choose one from the list.")
        raise ValidationError(words % {"form": CRFS[to].title.lower(), "number": link})


def shown(definition: CrfDefinition, row: Crf | None, item: str) -> Shown:
    """What is stored, as the page shows it; the comment on a reason is no part of it."""
    if row is None:
        return ""
    if item in row.missing_reasons:
        return Missing(row.missing_reasons[item]["reason"])
    return str(definition.items[item].text(getattr(row, item)))


def value_of(definition: CrfDefinition, name: str, given: Any, now: datetime) -> Any:
    """What was given as the value to store; None for blank. ValidationError says in words what is wrong."""
    item = definition.items[name]
    if isinstance(given, Missing):
        if given.reason not in MissingReason.values:
            raise ValidationError(
                gettext("Choose why there is no value: not done, not applicable, unknown or refused.")
            )
        comment, fault = cleaned_or_fault(given.comment)
        if len(comment) > COMMENT_LIMIT:
            words = gettext("The comment is longer than %(number)s characters. Shorten it.")
            raise ValidationError(words % {"number": COMMENT_LIMIT})
        if fault:
            raise ValidationError(fault)
        return Missing(given.reason, comment)
    text = item.normalise(given if isinstance(given, str) else item.text(given), now)
    if fault := fault_of_text(text):
        raise ValidationError(fault)
    value = definition.form_fields[name].clean(text)
    if value in ("", None):
        return None
    item.run_validators(value)
    value = item.stored(value)
    if (first := item.first_day(value)) and not item.future and first > now.date():
        words = gettext("%(day)s is in the future. Today at the site is %(today)s.")
        raise ValidationError(words % {"day": value, "today": now.date()})
    return value


def state_of(row: Crf | None, name: str) -> Any:
    """The stored value, or the `Missing` that stands instead; None for blank."""
    if row is None:
        return None
    if name in row.missing_reasons:
        return Missing(**row.missing_reasons[name])
    return getattr(row, name)


def is_same(stored: Any, given: Any) -> bool:
    """Whether two states mean the same: texts by what is seen of them, whatever their encoding."""
    if isinstance(stored, str) and isinstance(given, str):
        return stored == given or meaning(stored) == meaning(given)
    return bool(stored == given)


def is_blank(row: Crf) -> bool:
    """Whether nobody has entered anything into it."""
    return not row.missing_reasons and all(getattr(row, name) is None for name in CRFS[row.entry.crf].entered)


def as_shown(definition: CrfDefinition, name: str, value: Any) -> Shown:
    """A value that is not stored, in the form of `shown`."""
    return value if isinstance(value, Missing) else str(definition.items[name].text(value))


def for_page(state: Shown) -> str | dict[str, str]:
    """A state as JSON for the page's script: a string for a text, {"missing": reason} for a reason, with its comment
    where the state has one."""
    if not isinstance(state, Missing):
        return state
    return {"missing": state.reason} | ({"comment": state.comment} if state.comment else {})


def from_page(state: Any) -> Shown | None:
    """The state that `for_page` made this of; None for anything else."""
    if isinstance(state, Mapping) and isinstance(reason := state.get("missing"), str):
        return Missing(reason)
    return state if isinstance(state, str) else None


def apply_allowed(changes: Mapping[str, Any], writing: Writing, result: Recorded) -> None:
    """Set on the row what no hard check refuses; the writing then holds these items only."""
    row = writing.row
    before = {name: state_of(row, name) for name in changes}
    apply(row, changes)
    # What is left after a refusal is looked at again: a rule between two items may now be broken by the other.
    while writing.changed:
        refused = {name: why for step in HOOKS.before_write for name, why in step(writing).items()}
        if not refused:
            break
        result.refused |= refused
        apply(row, {name: before[name] for name in refused})
        writing.changed = [name for name in writing.changed if name not in refused]


def apply(row: Crf, changes: Mapping[str, Any]) -> None:
    """Set values and missing reasons on a row, without saving it."""
    reasons = dict(row.missing_reasons)
    for name, value in changes.items():
        reasons.pop(name, None)
        if isinstance(value, Missing):
            reasons[name] = {"reason": value.reason, "comment": value.comment}
            value = None
        setattr(row, name, value)
    row.missing_reasons = reasons
