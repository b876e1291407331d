"""The answers of items, why values are missing, and what annotations flag, as code lists."""

from collections.abc import Iterable, Mapping

from lxml.etree import SubElement, _Element

from ecrf.exports.odm.definitions.sentences import (
    ANNOTATIONS,
    FORMER_ANSWER,
    NO,
    OF_ITEM,
    WHY_NO_VALUE,
    YES,
    YES_OR_NO,
)
from ecrf.exports.odm.edition.content import Edition, Said
from ecrf.exports.odm.flags import TYPES_LIST, FlagType
from ecrf.exports.odm.layout import FormLayout
from ecrf.exports.odm.names import carried, safe
from ecrf.forms.crf import MissingReason

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
YES_NO = "CL.YES-NO"
MISSING_REASON = "CL.MISSING-REASON"


def code_list_of(form: FormLayout, name: str) -> str:
    """The OID of an item's code list; "" if it has none."""
    item = form.items[name]
    if item.kind != "choice":
        return ""
    return f"CL.{form.key}.{name}" if item.codes else YES_NO


def write_code_lists(version: _Element, edition: Edition, layouts: Mapping[str, FormLayout]) -> None:
    def write(oid: str, name: Said, codes: Iterable[tuple[str, Said]]) -> None:
        _code_list(version, edition, oid, name, codes)

    write(YES_NO, edition.said(YES_OR_NO), [("yes", edition.said(YES)), ("no", edition.said(NO))])
    reasons = [(code, edition.said(label)) for code, label in MissingReason.choices]
    write(MISSING_REASON, edition.said(WHY_NO_VALUE), reasons)
    write(TYPES_LIST, edition.said(ANNOTATIONS), [(one.code, edition.said(one.title)) for one in FlagType])
    for kind in FlagType:
        values = [(code, edition.said(words)) for code, words in kind.values.items()]
        write(kind.list_oid, edition.said(kind.title), values)
    for form in layouts.values():
        for name, item in form.items.items():
            if item.kind == "choice" and item.codes:
                former = [(code, edition.said(FORMER_ANSWER, code=code)) for code in form.codes.get(name, ())]
                label = edition.said(OF_ITEM, form=form.definition.title, item=item.label)
                codes = [(code, edition.said(words or code)) for code, words in item.codes]
                write(code_list_of(form, name), label, [*codes, *former])


def _code_list(
    version: _Element, edition: Edition, oid: str, name: Said, codes: Iterable[tuple[str, Said]]
) -> None:
    found = SubElement(version, "CodeList", OID=oid, Name=safe(name[0][1]), DataType="text")
    if edition.has_languages:
        write_words(found, "Description", name)
    for number, (code, label) in enumerate(codes, 1):
        item = SubElement(found, "CodeListItem", CodedValue=carried(code), OrderNumber=str(number))
        write_words(item, "Decode", label)


def write_words(parent: _Element, tag: str, said: Said) -> None:
    words = SubElement(parent, tag)
    for language, text in said:
        translated = SubElement(words, "TranslatedText")
        translated.set(LANGUAGE, language)
        translated.text = safe(text)
