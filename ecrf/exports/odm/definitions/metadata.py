"""The study's definitions: units, events, forms, items with their questions, limits, answers, conditions, methods."""

import json
from collections.abc import Iterable, Mapping

from django.conf import settings
from lxml.etree import Element, SubElement, _Element

from ecrf.exports.odm.definitions.code_lists import code_list_of, write_code_lists, write_words
from ecrf.exports.odm.definitions.sentences import (
    ASKED_ONLY,
    CALCULATED,
    COMMENT_OF,
    FORMER_EVENT,
    FORMER_ITEM,
    NO_VISIT,
    REASON_OF,
)
from ecrf.exports.odm.edition.content import Edition, EditionItem, Said
from ecrf.exports.odm.layout import REASON, FormLayout
from ecrf.exports.odm.names import (
    COMMENT,
    LOG,
    MISSING,
    form_oid,
    group_oid,
    item_oid,
    safe,
)
from ecrf.exports.odm.values import type_of

Layouts = Mapping[str, FormLayout]
COMMENT_LENGTH = 2000
SYNTHETIC = "Synthetic data: no real patient. "
EXPRESSION = "ecrf"
"""The context of formal expressions: `item not in ["answer", …]`, joined by `or`; an edit check by its id."""


def write_study(
    edition: Edition, layouts: Layouts, visits: Iterable[str], unknown_forms: Iterable[str]
) -> _Element:
    """`visits`: OIDs of events that the schedule no longer has; `unknown_forms`: keys of forms that it has entries of
    and that are in no version of the product any more."""
    study = Element("Study", OID=edition.study_oid)
    variables = SubElement(study, "GlobalVariables")
    SubElement(variables, "StudyName").text = safe(edition.short_title)
    SubElement(variables, "StudyDescription").text = synthetic() + safe(edition.title)
    SubElement(variables, "ProtocolName").text = safe(edition.title)
    _units(SubElement(study, "BasicDefinitions"), edition, layouts)
    version = SubElement(
        study,
        "MetaDataVersion",
        OID=edition.metadata_oid,
        Name=f"Forms {edition.fingerprint[:16]}",
        Description=_about(layouts, unknown_forms),
    )
    _events(version, edition, layouts, visits)
    for form in layouts.values():
        if not form.definition.row_of:
            _form(version, edition, form, layouts)
    for form in layouts.values():
        _group(version, edition, form)
    for form in layouts.values():
        for name in form.items:
            _item(version, edition, form, name)
    write_code_lists(version, edition, layouts)
    for form in layouts.values():
        _conditions(version, edition, form)
    for form in layouts.values():
        _methods(version, edition, form)
    return study


def synthetic() -> str:
    return SYNTHETIC if settings.SYNTHETIC_DATA else ""


def _about(layouts: Layouts, unknown_forms: Iterable[str]) -> str:
    words = (
        "The forms as they are today. An entry that was made with an earlier version of its form says so in an"
        " annotation; items and answers that forms no longer have and that the data hold are defined here too."
    )
    if left_out := sorted(unknown_forms):
        words += (
            f" Left out are entries of forms that the product no longer knows: {safe(', '.join(left_out))}."
        )
    return words


# --- units, events, forms ---------------------------------------------------------------------------------------


def is_unit(unit: str) -> bool:
    """Not the `of 100` behind a sum."""
    return bool(unit) and not unit.startswith("of ")


def _units(parent: _Element, edition: Edition, layouts: Layouts) -> None:
    units = {item.unit for form in layouts.values() for item in form.items.values() if is_unit(item.unit)}
    for unit in sorted(units):
        found = SubElement(parent, "MeasurementUnit", OID=f"MU.{safe(unit)}", Name=safe(unit))
        write_words(found, "Symbol", edition.said(unit))


def _events(version: _Element, edition: Edition, layouts: Layouts, visits: Iterable[str]) -> None:
    schedule = SubElement(version, "Protocol")
    _named(schedule, edition, edition.said(edition.title))
    former = sorted(set(visits))
    refs = [(f"SE.{plan.code}", "No" if plan.on_demand else "Yes") for plan in edition.visits]
    for number, (oid, mandatory) in enumerate([*refs, (LOG, "No"), *((oid, "No") for oid in former)], 1):
        SubElement(schedule, "StudyEventRef", StudyEventOID=oid, OrderNumber=str(number), Mandatory=mandatory)
    for plan in edition.visits:
        kind = "Unscheduled" if plan.on_demand else "Scheduled"
        label = edition.said(plan.label)
        event = _event(version, edition, f"SE.{plan.code}", label, kind, repeats=plan.repeats)
        keys = dict.fromkeys((*plan.forms, *plan.optional))
        _form_refs(event, [(key, key in plan.forms) for key in keys if key in layouts])
    log = _event(version, edition, LOG, edition.said(NO_VISIT), "Common", repeats=False)
    _form_refs(log, [(key, False) for key in (*edition.patient_forms, *edition.logs) if key in layouts])
    for oid in former:
        label = edition.said(FORMER_EVENT, oid=oid)
        event = _event(version, edition, oid, label, "Unscheduled", repeats=False)
        _form_refs(event, [(key, False) for key, form in layouts.items() if not form.definition.row_of])


def _event(
    version: _Element, edition: Edition, oid: str, name: Said, kind: str, *, repeats: bool
) -> _Element:
    repeating = "Yes" if repeats else "No"
    event = SubElement(
        version, "StudyEventDef", OID=oid, Name=safe(name[0][1]), Repeating=repeating, Type=kind
    )
    _named(event, edition, name)
    return event


def _named(definition: _Element, edition: Edition, name: Said) -> None:
    """A name is an attribute of one language: where there are more, it is said again as the description."""
    if edition.has_languages:
        write_words(definition, "Description", name)


def _form_refs(event: _Element, forms: Iterable[tuple[str, bool]]) -> None:
    for number, (key, is_mandatory) in enumerate(forms, 1):
        mandatory = "Yes" if is_mandatory else "No"
        SubElement(event, "FormRef", FormOID=form_oid(key), OrderNumber=str(number), Mandatory=mandatory)


def _form(version: _Element, edition: Edition, form: FormLayout, layouts: Layouts) -> None:
    repeats = "Yes" if form.repeats else "No"
    found = SubElement(
        version, "FormDef", OID=form_oid(form.key), Name=safe(form.definition.title), Repeating=repeats
    )
    _named(found, edition, edition.said(form.definition.title))
    for number, key in enumerate((form.key, *(key for key in form.definition.rows if key in layouts)), 1):
        SubElement(
            found, "ItemGroupRef", ItemGroupOID=group_oid(key), OrderNumber=str(number), Mandatory="No"
        )


def _group(version: _Element, edition: Edition, form: FormLayout) -> None:
    definition = form.definition
    group = SubElement(version, "ItemGroupDef", OID=group_oid(form.key), Name=safe(definition.title))
    group.set("Repeating", "Yes" if definition.row_of else "No")
    if definition.domain:
        group.set("Domain", safe(definition.domain))
    if definition.row_names:
        names = "; ".join(f"{number} {name}" for number, name in enumerate(definition.row_names, 1))
        group.set("Comment", safe(f"A fixed set of rows, by their repeat keys: {names}"))
    _named(group, edition, edition.said(definition.title))
    number = 0
    for name, item in form.items.items():
        number += 1
        ref = SubElement(group, "ItemRef", ItemOID=item_oid(form.key, name), OrderNumber=str(number))
        ref.set("Mandatory", "Yes" if form.is_mandatory(name) else "No")
        if item.rule:
            ref.set("MethodOID", f"MT.{form.key}.{name}")
        if name in form.conditions or form.never_asked_at.get(name):
            ref.set("CollectionExceptionConditionOID", f"C.{form.key}.{name}")
        for behind in (MISSING, COMMENT) if name in form.entered else ():
            number += 1
            oid = item_oid(form.key, f"{name}{behind}")
            SubElement(group, "ItemRef", ItemOID=oid, OrderNumber=str(number), Mandatory="No")


# --- items ------------------------------------------------------------------------------------------------------


def _item(version: _Element, edition: Edition, form: FormLayout, name: str) -> None:
    item, oid = form.items[name], item_oid(form.key, name)
    label = item.label or name
    found = SubElement(
        version, "ItemDef", OID=oid, Name=safe(name), **type_of(item, form.longest.get(name, 0))
    )
    if name in form.former:
        found.set("Comment", "No longer asked: values of an earlier version of the form")
    if item.hint:
        write_words(found, "Description", edition.said(item.hint))
    question = edition.said(FORMER_ITEM, name=name) if name in form.former else edition.said(label)
    write_words(found, "Question", question)
    if is_unit(item.unit):
        SubElement(found, "MeasurementUnitRef", MeasurementUnitOID=f"MU.{safe(item.unit)}")
    _limits(found, edition, item)
    _edit_checks(found, edition, item)
    if list_oid := code_list_of(form, name):
        SubElement(found, "CodeListRef", CodeListOID=list_oid)
    if item.cdash:
        SubElement(found, "Alias", Context="CDASH", Name=safe(item.cdash))
    if item.section:
        SubElement(found, "Alias", Context="section", Name=safe(item.section))
    if name in form.entered:
        _reason_items(version, edition, form, name, label)


def _reason_items(version: _Element, edition: Edition, form: FormLayout, name: str, label: str) -> None:
    """Why an item has no value, and what was written about it: items of their own, which every reader finds."""
    oid = item_oid(form.key, name)
    reason = SubElement(
        version, "ItemDef", OID=f"{oid}{MISSING}", Name=safe(f"{name}{MISSING}"), DataType="text", Length="60"
    )
    write_words(reason, "Question", edition.said(REASON_OF, label=label))
    SubElement(reason, "CodeListRef", CodeListOID="CL.MISSING-REASON")
    length = max(COMMENT_LENGTH, form.longest.get(f"{name}{REASON}", 0))
    comment = SubElement(
        version,
        "ItemDef",
        OID=f"{oid}{COMMENT}",
        Name=safe(f"{name}{COMMENT}"),
        DataType="text",
        Length=str(length),
    )
    write_words(comment, "Question", edition.said(COMMENT_OF, label=label))


def _limits(found: _Element, edition: Edition, item: EditionItem) -> None:
    """What is impossible beyond them is refused, with these words."""
    for limit in item.limits:
        check = SubElement(found, "RangeCheck", Comparator=limit.comparator, SoftHard="Hard")
        SubElement(check, "CheckValue").text = limit.value
        if is_unit(item.unit):
            SubElement(check, "MeasurementUnitRef", MeasurementUnitOID=f"MU.{safe(item.unit)}")
        write_words(check, "ErrorMessage", edition.said(limit.message))


def _edit_checks(found: _Element, edition: Edition, item: EditionItem) -> None:
    """The product's own checks are programs: named here, with what they say in a sentence."""
    for check in item.checks:
        made = SubElement(found, "RangeCheck", SoftHard="Hard" if check.is_hard else "Soft")
        expression = SubElement(made, "FormalExpression", Context=EXPRESSION)
        expression.text = f"{safe(check.id)} version {check.version}"
        write_words(made, "ErrorMessage", edition.said(check.title))


# --- conditions and methods -------------------------------------------------------------------------------------


def _conditions(version: _Element, edition: Edition, form: FormLayout) -> None:
    """On which answers, or at which visits, an item is not asked: a condition of ODM says when it is left out."""
    expressions = {
        name: " or ".join(
            f"{item_oid(form.key, other)} not in {json.dumps(list(values), ensure_ascii=False)}"
            for other, values in steps
        )
        for name, steps in form.conditions.items()
    }
    expressions |= {
        name: f"StudyEventOID in {json.dumps([f'SE.{code}' for code in codes], ensure_ascii=False)}"
        for name, codes in form.never_asked_at.items()
        if codes
    }
    for name, text in expressions.items():
        words = form.items[name].asked_when
        condition = SubElement(
            version, "ConditionDef", OID=f"C.{form.key}.{name}", Name=safe(f"{name} is not asked")
        )
        write_words(condition, "Description", edition.said(ASKED_ONLY, words=words))
        expression = SubElement(condition, "FormalExpression", Context=EXPRESSION)
        expression.text = safe(text)


def _methods(version: _Element, edition: Edition, form: FormLayout) -> None:
    for name, item in form.items.items():
        if item.rule:
            method = SubElement(
                version, "MethodDef", OID=f"MT.{form.key}.{name}", Name=safe(item.rule), Type="Computation"
            )
            write_words(method, "Description", edition.said(CALCULATED, rule=item.rule))
