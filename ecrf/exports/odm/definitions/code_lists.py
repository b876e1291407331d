"""The answers of items, why values are missing, and what annotations flag, as code lists."""

from collections.abc import Iterable, Mapping

from lxml.etree import SubElement, _Element

from ecrf.exports.odm.flags import TYPES_LIST, FlagType
from ecrf.exports.odm.layout import FormLayout
from ecrf.exports.odm.names import carried, safe
from ecrf.forms.crf import MissingReason

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
YES_NO = "CL.YES-NO"
MISSING_REASON = "CL.MISSING-REASON"
FORMER = "{} (no longer among the answers)"


def code_list_of(form: FormLayout, name: str) -> str:
    """The OID of an item's code list; "" if it has none."""
    item = form.items[name]
    if item.kind != "choice":
        return ""
    return f"CL.{form.key}.{name}" if item.codes else YES_NO


def write_code_lists(version: _Element, layouts: Mapping[str, FormLayout]) -> None:
    _code_list(version, YES_NO, "Yes or no", [("yes", "Yes"), ("no", "No")])
    _code_list(
        version,
        MISSING_REASON,
        "Why there is no value",
        [(code, str(label)) for code, label in MissingReason.choices],
    )
    _code_list(
        version, TYPES_LIST, "What an annotation is about", [(one.code, one.title) for one in FlagType]
    )
    for kind in FlagType:
        _code_list(version, kind.list_oid, kind.title, kind.values.items())
    for form in layouts.values():
        for name, item in form.items.items():
            if item.kind == "choice" and item.codes:
                former = [(code, FORMER.format(code)) for code in form.codes.get(name, ())]
                label = f"{form.definition.title}: {item.label}"
                _code_list(version, code_list_of(form, name), label, [*item.codes, *former])


def _code_list(version: _Element, oid: str, name: str, codes: Iterable[tuple[str, str]]) -> None:
    found = SubElement(version, "CodeList", OID=oid, Name=safe(name), DataType="text")
    for number, (code, label) in enumerate(codes, 1):
        item = SubElement(found, "CodeListItem", CodedValue=carried(code), OrderNumber=str(number))
        text = SubElement(SubElement(item, "Decode"), "TranslatedText")
        text.set(LANGUAGE, "en")
        text.text = safe(str(label) or code)
