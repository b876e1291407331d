"""The rules S1 to S16 of an ODM 1.3.2 file that no schema checks, each as a function that yields what breaks it."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, time
from decimal import Decimal

import odmlib.schema_manager
from lxml import etree

NS = "{http://www.cdisc.org/ns/odm/v1.3}"
DATA = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData", "ItemData")
KEYS = {
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
    "ItemData": ("ItemOID",),
    "Annotation": ("SeqNum",),
}
DEFS = {"StudyEventData": "StudyEventDef", "FormData": "FormDef", "ItemGroupData": "ItemGroupDef"}
WRITES = ("Insert", "Update", "Remove", "Upsert")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
PARTIAL_TIME = re.compile(r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d)?)?")


def read(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    return etree.fromstring(content, parser)


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(odmlib.schema_manager.get_schema_path("odm", "1.3.2"))))


def tag(element: etree._Element) -> str:
    return element.tag.removeprefix(NS) if isinstance(element.tag, str) else ""


def every(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    yield from root.iter(*(f"{NS}{name}" for name in names))


def child(element: etree._Element, name: str) -> etree._Element | None:
    return element.find(f"{NS}{name}")


def is_history(root: etree._Element) -> bool:
    return root.get("FileType") == "Transactional"


def definitions(root: etree._Element, name: str) -> dict[str, etree._Element]:
    return {one.get("OID"): one for one in every(root, name)}


def where(element: etree._Element) -> tuple[str, ...]:
    """The whole key of an element, from the patient down."""
    found = []
    while tag(element) in KEYS:
        found.append("/".join(element.get(name) or "" for name in KEYS[tag(element)]))
        element = element.getparent()
    return tuple(reversed(found))


def effective(element: etree._Element) -> str:
    """Its transaction type, its own or that of what it is in."""
    while element is not None and tag(element) in KEYS:
        if own := element.get("TransactionType"):
            return own
        element = element.getparent()
    return "Insert"


def record_of(element: etree._Element) -> etree._Element | None:
    """Its audit record, its own or that of what it is in."""
    while element is not None and tag(element) in KEYS:
        if (record := child(element, "AuditRecord")) is not None:
            return record
        element = element.getparent()
    return None


def stamp_of(record: etree._Element) -> datetime:
    return datetime.fromisoformat(child(record, "DateTimeStamp").text)


# --- the rules --------------------------------------------------------------------------------------------------


def s1(root: etree._Element) -> Iterator[str]:
    """A value obeys the type, the length and the digits of its item."""
    items = definitions(root, "ItemDef")
    for data in every(root, "ItemData"):
        if (value := data.get("Value")) is not None:
            item = items.get(data.get("ItemOID"))
            if item is None or not _fits(item, value):
                yield f"{where(data)}: {value!r}"


def _fits(item: etree._Element, value: str) -> bool:
    length, digits = int(item.get("Length") or 0), int(item.get("SignificantDigits") or 0)
    try:
        match item.get("DataType"):
            case "integer":
                return bool(re.fullmatch(r"-?\d+", value)) and len(value.lstrip("-")) <= length
            case "float":
                places = -min(Decimal(value).as_tuple().exponent, 0)
                plain = bool(re.fullmatch(r"-?\d+(\.\d+)?", value))
                return plain and len(re.sub(r"\D", "", value)) <= length and places <= digits
            case "date":
                return date.fromisoformat(value).isoformat() == value
            case "time":
                return bool(time.fromisoformat(value))
            case "partialDate":
                return bool(PARTIAL_DATE.fullmatch(value))
            case "partialTime":
                return bool(PARTIAL_TIME.fullmatch(value))
    except (ValueError, ArithmeticError):
        return False
    return len(value) <= length


def s2(root: etree._Element) -> Iterator[str]:
    """A coded value is one of its code list's."""
    lists = {
        oid: {one.get("CodedValue") for one in every(found, "CodeListItem", "EnumeratedItem")}
        for oid, found in definitions(root, "CodeList").items()
    }
    refs = {
        oid: ref.get("CodeListOID")
        for oid, item in definitions(root, "ItemDef").items()
        if (ref := child(item, "CodeListRef")) is not None
    }
    for data in every(root, "ItemData"):
        oid, value = refs.get(data.get("ItemOID")), data.get("Value")
        if oid and value is not None and value not in lists.get(oid, ()):
            yield f"{where(data)}: {value!r} is not in {oid}"
    for flag in every(root, "FlagValue", "FlagType"):
        if flag.text not in lists.get(flag.get("CodeListOID"), ()):
            yield f"{flag.text!r} is not in {flag.get('CodeListOID')}"


def s3(root: etree._Element) -> Iterator[str]:
    """What writes has an audit record, its own or inherited."""
    for element in every(root, *KEYS) if is_history(root) else ():
        if effective(element) in WRITES and record_of(element) is None:
            yield f"{where(element)} has no audit record"


def s4(root: etree._Element) -> Iterator[str]:
    """A transaction says what it is; an archive holds no Upsert, a snapshot nothing but Insert."""
    for element in every(root, *KEYS):
        act = element.get("TransactionType")
        if not is_history(root) and act not in (None, "Insert"):
            yield f"{where(element)}: {act} in a snapshot"
        if is_history(root) and tag(element) == "SubjectData" and act is None:
            yield f"{where(element)} says no transaction type"
        if root.get("Archival") == "Yes" and act == "Upsert":
            yield f"{where(element)}: Upsert in an archive"


def s5(root: etree._Element) -> Iterator[str]:
    """The moments of a patient's transactions follow one another and lie before the file's."""
    created = datetime.fromisoformat(root.get("CreationDateTime"))
    last: dict[str, datetime] = {}
    for subject in every(root, "SubjectData"):
        for record in every(subject, "AuditRecord"):
            at, key = stamp_of(record), subject.get("SubjectKey")
            if key in last and at < last[key]:
                yield f"{key}: {at} comes after {last[key]}"
            if at >= created:
                yield f"{key}: {at} is not before the file"
            last[key] = at


def s6(root: etree._Element) -> Iterator[str]:
    """What is written first is inserted, and what was removed is nothing until it is inserted again."""
    there: set[tuple[str, ...]] = set()
    for element in every(root, *DATA, "Annotation") if is_history(root) else ():
        act, key = effective(element), where(element)
        if act == "Insert":
            if key in there and element.get("TransactionType"):
                yield f"{key} is inserted twice"
            there.add(key)
        elif key not in there:
            yield f"{key}: {act} of what is not there"
        if act == "Remove":
            there = {one for one in there if one[: len(key)] != key}


def s7(root: etree._Element) -> Iterator[str]:
    """A repeat key stands where the definition repeats, and nowhere else."""
    for name, kind in DEFS.items():
        found = definitions(root, kind)
        for element in every(root, name):
            oid, repeat = (element.get(key) for key in KEYS[name])
            if oid not in found or (found[oid].get("Repeating") == "Yes") != (repeat is not None):
                yield f"{where(element)}: repeat key {repeat}"


def s8(root: etree._Element) -> Iterator[str]:
    """An item has a value or is null; one that is removed has neither."""
    for data in every(root, "ItemData"):
        has = (data.get("Value") is not None) + (data.get("IsNull") == "Yes")
        if has != (0 if effective(data) == "Remove" else 1):
            yield f"{where(data)} has {has} of value and null"


def s9(root: etree._Element) -> Iterator[str]:
    """Whoever and whatever place is named stands among the people and places."""
    people, places = definitions(root, "User"), definitions(root, "Location")
    meanings = definitions(root, "SignatureDef")
    for ref in every(root, "UserRef", "LocationRef", "SiteRef", "InvestigatorRef", "SignatureRef"):
        known = {"UserOID": people, "LocationOID": places, "SignatureOID": meanings}
        for name, oid in ref.attrib.items():
            if oid not in known[name]:
                yield f"{tag(ref)} {oid} is unknown"


def s10(root: etree._Element) -> Iterator[str]:
    """Typed and untyped data are not mixed in one group."""
    for group in every(root, "ItemGroupData"):
        names = {tag(one) for one in group if tag(one).startswith("ItemData")}
        if "ItemData" in names and len(names) > 1:
            yield f"{where(group)} mixes {sorted(names)}"


def s11(root: etree._Element) -> Iterator[str]:
    """A signature comes after all that it covers, and what is changed after it says that it is broken."""
    written: dict[str, list[tuple[tuple[str, ...], datetime]]] = {}
    standing: list[tuple[tuple[str, ...], datetime]] = []
    for subject in every(root, "SubjectData"):
        at = stamp_of(record_of(subject))
        touched = [where(one) for one in every(subject, *DATA) if _changes(one)]
        broken = [where(one.getparent()) for one in every(subject, "Annotation") if _says(one, "BROKEN")]
        for place, _moment in standing:
            if place not in broken and any(key[: len(place)] == place for key in touched):
                yield f"{place}: changed after it was signed"
        standing = [one for one in standing if one[0] not in broken]
        for signature in every(subject, "Signature"):
            place, signed = where(signature.getparent()), stamp_of(signature)
            before = written.get(place[0], [])
            if any(key[: len(place)] == place and moment > signed for key, moment in before):
                yield f"{place}: signed before what it covers was written"
            standing.append((place, signed))
        written.setdefault(where(subject)[0], []).extend((key, at) for key in touched)


def _changes(element: etree._Element) -> bool:
    return tag(element) != "SubjectData" and element.get("TransactionType") in WRITES


def _says(annotation: etree._Element, value: str) -> bool:
    return any(flag.text == value for flag in every(annotation, "FlagValue"))


def s12(history: etree._Element, snapshot: etree._Element) -> Iterator[str]:
    """The transactions, played, are the snapshot: every place, every value, every annotation and signature."""
    played, stands = play(history), state(snapshot)
    for key in sorted(played.keys() | stands.keys()):
        if played.get(key, "absent") != stands.get(key, "absent"):
            yield f"{key}: {played.get(key, 'absent')} played, {stands.get(key, 'absent')} in the snapshot"


def s13(root: etree._Element) -> Iterator[str]:
    """Without what other namespaces added, the file still fits the schema."""
    bare = deepcopy(root)
    for element in list(bare.iter()):
        if tag(element) != element.tag or element.getparent() is None:
            for name in [name for name in element.attrib if name.startswith("{") and "XML/1998" not in name]:
                del element.attrib[name]
        elif element.getparent() is not None:
            element.getparent().remove(element)
    checker = schema()
    if not checker.validate(bare):
        yield from (str(error) for error in checker.error_log)
    if child(bare, "Study") is None or child(bare, "ClinicalData") is None:
        yield "nothing is left"


def s14(root: etree._Element) -> Iterator[str]:
    """What is changed or removed says why."""
    for element in every(root, *KEYS):
        if element.get("TransactionType") in ("Update", "Remove"):
            record = record_of(element)
            reason = child(record, "ReasonForChange") if record is not None else None
            if reason is None or not (reason.text or "").strip():
                yield f"{where(element)} says no reason"


def s15(root: etree._Element) -> Iterator[str]:
    """Every moment is complete, with its offset."""
    moments = [one.text or "" for one in every(root, "DateTimeStamp")]
    for moment in [*moments, root.get("CreationDateTime"), root.get("AsOfDateTime")]:
        if not STAMP.fullmatch(moment):
            yield f"{moment!r} is not complete"


def s16(root: etree._Element) -> Iterator[str]:
    """A complete form has a value of each mandatory item, or says why not: a reason, a condition, a note."""
    mandatory = {
        oid: [ref for ref in every(group, "ItemRef") if ref.get("Mandatory") == "Yes"]
        for oid, group in definitions(root, "ItemGroupDef").items()
    }
    conditions = definitions(root, "ConditionDef")
    for group in every(root, "ItemGroupData") if not is_history(root) else ():
        holder = group if group.get("ItemGroupRepeatKey") else group.getparent()
        notes = [one for one in holder if tag(one) == "Annotation"]
        if not any(_says(one, "COMPLETE") for one in notes) or any(_says(one, "BLANKS") for one in notes):
            continue
        values = {one.get("ItemOID"): one.get("Value") for one in every(group, "ItemData")}
        for ref in mandatory.get(group.get("ItemGroupOID"), ()):
            oid, excuse = ref.get("ItemOID"), conditions.get(ref.get("CollectionExceptionConditionOID"))
            is_there = values.get(oid) is not None or f"{oid}.MISSING" in values
            if not is_there and not (excuse is not None and _holds(excuse, values)):
                yield f"{where(group)}: {oid} is blank"


def _holds(condition: etree._Element, values: dict[str, str | None]) -> bool:
    text = child(condition, "FormalExpression").text
    for clause in re.finditer(r"(\S+) not in (\[.*?\])(?= or \S+ not in |$)", text):
        if (values.get(clause[1]) or "") not in json.loads(clause[2]):
            return True
    return False


RULES = {
    rule.__name__.upper(): rule for rule in (s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s13, s14, s15, s16)
}
"""All that look at one file; S12 looks at two."""


def faults(root: etree._Element) -> dict[str, list[str]]:
    """{rule: what breaks it}, of the rules that are broken."""
    found = {name: list(rule(root)) for name, rule in RULES.items()}
    return {name: what for name, what in found.items() if what}


# --- what a file says stands ------------------------------------------------------------------------------------

State = dict[tuple[str, ...], str | None]


def state(snapshot: etree._Element) -> State:
    """{place: what stands there}: values of items (None: null), texts of annotations, who signed; "" for the rest."""
    found: State = {}
    for element in every(snapshot, *DATA, "Annotation"):
        if tag(element) != "Annotation" or element.get("SeqNum") != "0":  # 0: what follows from the data
            _put(found, element)
    return found


def play(history: etree._Element) -> State:
    """What stands after the last transaction."""
    found: State = {}
    for element in every(history, *DATA, "Annotation"):
        key = where(element)
        match effective(element):
            case "Remove":
                found = {place: what for place, what in found.items() if place[: len(key)] != key}
            case "Context":
                _sign(found, element)
            case _:
                _put(found, element)
        if tag(element) == "Annotation" and _says(element, "BROKEN"):
            found.pop((*where(element.getparent()), "signed"), None)
    return found


def _put(found: State, element: etree._Element) -> None:
    name = tag(element)
    text = child(element, "Comment").text if name == "Annotation" else element.get("Value", "")
    found[where(element)] = None if element.get("IsNull") else text
    _sign(found, element)


def _sign(found: State, element: etree._Element) -> None:
    if (signature := child(element, "Signature")) is not None:
        found[*where(element), "signed"] = signature.get("ID")
