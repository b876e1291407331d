"""ODM-XML 1.3.2: the data of a Snapshot, read element by element; ours, and foreign ones whose OIDs fit our forms.

No entities, no document type, no network; depth and size have limits. Nothing that XML can do to a reader is done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import RawIOBase
from typing import Any

from django.utils.translation import gettext, gettext_lazy
from lxml import etree

from ecrf.casebook.laboratory.units import same_unit
from ecrf.casebook.record.values import Missing
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import as_written
from ecrf.imports.reading.encodings import UnreadableFile, refuse_no_text
from ecrf.imports.sources.row import Given, SourceRow, missing_of

NAMESPACE = "{http://www.cdisc.org/ns/odm/v1.3}"
NEWER = "{http://www.cdisc.org/ns/odm/v2.0}"
DEEPEST = 40
DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
NO_DOCTYPE = gettext_lazy(
    "The file declares a document type (DOCTYPE) or entities, which are not read. An ODM file needs none."
)
MOST_NAMED = 12
LOG = "SE.LOG"
EVENT, FORM, GROUP, ITEM, UNIT = "SE.", "F.", "IG.", "I.", "MU."
"""Before the keys in our OIDs; a foreign file may name the keys alone."""
MISSING, COMMENT = ".MISSING", ".MISSING-COMMENT"


@dataclass
class Levels:
    """Where the reader is: the OIDs and repeat keys of the elements around it."""

    subject: str = ""
    event: str = ""
    event_repeat: str = ""
    form: str = ""
    form_repeat: str = ""
    group: str = ""
    group_repeat: str = ""
    line: int = 0
    values: dict[str, str | None] = field(default_factory=dict)
    unit: str = ""
    units: dict[str, str] = field(default_factory=dict)
    """{OID of an item: that of the unit in which its value is given}, where the file says one."""
    unit_names: dict[str, str] = field(default_factory=dict)
    """{OID: what the file calls the unit}"""


def read_odm(stream: RawIOBase, head: bytes) -> Iterator[SourceRow]:
    """A row for each group of items. UnreadableFile says what is wrong, with every OID that fits nothing of ours.
    `head`: the first bytes of the same file."""
    refuse_no_text(head)
    if DECLARED.search(head.replace(b"\0", b"")):
        raise UnreadableFile(NO_DOCTYPE)
    levels, strange, count, depth = Levels(), dict[str, None](), 0, 0
    try:
        for event, element in _events(stream):
            if event == "start":
                depth += 1
                if depth > DEEPEST:
                    raise UnreadableFile(
                        gettext("The file is nested deeper than %(deepest)s elements. That is no ODM file.")
                        % {"deepest": DEEPEST}
                    )
                _enter(element, levels, is_root=depth == 1)
                continue
            depth -= 1
            name = _name(element)
            if name.startswith("ItemData"):
                _take(element, levels)
            elif name == "MeasurementUnitRef":
                levels.unit = element.get("MeasurementUnitOID", "")
            elif name == "FormData":
                levels.form = ""
            elif name == "ItemGroupData" and levels.form:  # those of reference data belong to no form
                count += 1
                if row := _row(levels, count, strange):
                    yield row
            _let_go(element)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(
            gettext("The file is no XML that can be read: %(error)s") % {"error": _said(error)}
        ) from None
    if strange:
        named = ", ".join(list(strange)[:MOST_NAMED])
        if len(strange) > MOST_NAMED:
            words = gettext("%(names)s and %(number)s more")
            named = words % {"names": named, "number": len(strange) - MOST_NAMED}
        raise UnreadableFile(
            gettext(
                "The file names what no form of this study has: %(named)s. Its OIDs must be those of "
                "this study's own ODM file, or the keys of forms and names of items alone."
            )
            % {"named": named}
        )


def _events(stream: RawIOBase) -> Any:
    return etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _said(error: etree.XMLSyntaxError) -> str:
    """What the parser says, without what stands in the file: it may be a patient's value."""
    line = error.position[0] if error.position else 0
    if not line:
        return gettext("it is not well-formed.")
    return gettext("line %(line)s is not well-formed.") % {"line": line}


def _name(element: Any) -> str:
    tag = element.tag
    return tag.removeprefix(NAMESPACE) if isinstance(tag, str) else ""


def _enter(element: Any, levels: Levels, *, is_root: bool) -> None:
    if is_root:
        _refuse_root(element)
    name, get = _name(element), element.get
    match name:
        case "SubjectData":
            levels.subject = get("SubjectKey", "")
            _refuse_removed(element)
        case "StudyEventData":
            levels.event, levels.event_repeat = get("StudyEventOID", ""), get("StudyEventRepeatKey", "")
        case "FormData":
            levels.form, levels.form_repeat = get("FormOID", ""), get("FormRepeatKey", "")
        case "ItemGroupData":
            levels.group, levels.group_repeat = get("ItemGroupOID", ""), get("ItemGroupRepeatKey", "")
            levels.line, levels.values, levels.units = element.sourceline or 0, {}, {}
        case "MeasurementUnit":
            levels.unit_names[get("OID", "")] = get("Name", "")
        case _ if name.startswith("ItemData"):
            levels.unit = ""


def _refuse_root(element: Any) -> None:
    info = element.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise UnreadableFile(NO_DOCTYPE)
    if element.tag.startswith(NEWER):
        raise UnreadableFile(gettext("This is ODM 2.0. Export it as ODM 1.3.2, which is read here."))
    if element.tag != f"{NAMESPACE}ODM":
        raise UnreadableFile(gettext("This XML file is no ODM 1.3 file: its first element is another one."))
    if element.get("FileType") == "Transactional":
        raise UnreadableFile(
            gettext(
                "This ODM file is Transactional: it tells every change, not what stands. Import the Snapshot."
            )
        )


def _refuse_removed(element: Any) -> None:
    if element.get("TransactionType") in ("Remove", "Context"):
        raise UnreadableFile(
            gettext("The file removes data (TransactionType Remove). An import adds and changes only.")
        )


def _take(element: Any, levels: Levels) -> None:
    """An item's value: an attribute, the text of a typed element, or null."""
    oid = element.get("ItemOID", "")
    if element.get("IsNull") == "Yes":
        levels.values[oid] = None
    else:
        value = element.get("Value")
        levels.values[oid] = value if value is not None else element.text or ""
        if levels.unit:
            levels.units[oid] = levels.unit


def _let_go(element: Any) -> None:
    """What was read is forgotten: memory holds one element."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _row(levels: Levels, count: int, strange: dict[str, None]) -> SourceRow | None:
    """The group as a row; what fits nothing goes to `strange`."""
    form, group = levels.form.removeprefix(FORM), CRFS.get(levels.group.removeprefix(GROUP))
    if form not in CRFS:
        strange[f"form {levels.form[:60]}"] = None
        return None
    if group is None or form not in (group.key, group.row_of):
        strange[f"group {levels.group[:60]}"] = None
        return None
    visit = _visit(levels, strange)
    values = _values(levels, group, strange)
    if visit is None:
        return None
    row = SourceRow(levels.line, levels.subject, group.key, place=count, visit=visit, values=values)
    row.faults = _other_units(levels, group)
    row.form_number = levels.form_repeat or "1"
    row.row = levels.group_repeat if group.row_of else ""
    return row


def _other_units(levels: Levels, definition: CrfDefinition) -> dict[str, str]:
    """{item: why its value is refused}, of those that the file gives in another unit than the form has."""
    faults = {}
    for oid, unit in levels.units.items():
        name = oid.removeprefix(f"{ITEM}{definition.key}.")
        if name not in definition.entered:
            continue
        own = as_written(definition.items[name], "unit")
        called = [unit.removeprefix(UNIT), levels.unit_names.get(unit, "")]
        if not any(one and (one == own or same_unit(one, own)) for one in called):
            given = (levels.unit_names.get(unit) or unit)[:40]
            words = gettext(
                "The file gives it in “%(given)s”, and it is entered in %(own)s. Values are not converted."
            )
            if not own:
                words = gettext(
                    "The file gives it in “%(given)s”, and it has no unit here. Values are not converted."
                )
            faults[name] = words % {"given": given, "own": own}
    return faults


def _visit(levels: Levels, strange: dict[str, None]) -> str | None:
    if levels.event in (LOG, LOG.removeprefix(EVENT)):
        return ""
    code = levels.event.removeprefix(EVENT)
    code = f"{code}-{levels.event_repeat}" if levels.event_repeat and protocol().plan(code) is None else code
    if protocol().plan(code) is None:
        strange[f"event {levels.event[:60]}"] = None
        return None
    return code


def _values(levels: Levels, definition: CrfDefinition, strange: dict[str, None]) -> dict[str, Given]:
    """{item: its value, or why there is none}; calculated ones are calculated here, and left out."""
    found: dict[str, Given] = {}
    reasons: dict[str, list[str]] = {}
    for oid, value in levels.values.items():
        name = oid.removeprefix(f"{ITEM}{definition.key}.")
        if name.endswith(COMMENT):
            reasons.setdefault(name.removesuffix(COMMENT), ["", ""])[1] = value or ""
        elif name.endswith(MISSING):
            reasons.setdefault(name.removesuffix(MISSING), ["", ""])[0] = value or ""
        elif name in definition.entered:
            found[name] = value or None
        elif name not in definition.items:
            strange[f"item {oid[:80]}"] = None
    for name, (reason, comment) in reasons.items():
        if name in definition.entered and reason:
            missing = missing_of(reason, comment)
            found[name] = missing if isinstance(missing, Missing) else reason
    return found
