"""Define-XML 2.1: what the datasets hold, variable by variable, and for results test by test."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree

from ecrf.exports.package import Package
from ecrf.exports.sdtm.datasets import Dataset, ResultShape
from ecrf.exports.sdtm.domains import (
    CodedTerm,
    Domain,
    ForeignList,
    Origin,
    Presence,
    ResultTest,
    Tabulation,
    TermList,
    Variable,
    VariableType,
)

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
NAMES = {None: ODM, "def": DEF, "xlink": XLINK}
IG, CT = "STD.IG", "STD.CT"
NO_SEQUENCE = ("STUDYID", "DOMAIN")

Element = Any


@dataclass(frozen=True)
class ValueItem:
    """One line of value-level metadata: what a variable means where the topic has this code."""

    dataset: str
    variable: str
    code: str
    shape: ResultShape
    test: ResultTest | None
    topic: str

    @property
    def oid(self) -> str:
        return f"IT.{self.dataset}.{self.variable}.{self.code}"

    @property
    def where(self) -> str:
        return f"WC.{self.dataset}.{self.topic}.{self.code}"


class DefineWriter:
    """Writes one file; `comments`: {domain: what else is to be said of it}."""

    def __init__(
        self, package: Package, tabulation: Tabulation, datasets: list[Dataset], comments: Mapping[str, str]
    ) -> None:
        self.package, self.tabulation, self.datasets = package, tabulation, datasets
        self.comments = comments
        self.values = [value for dataset in datasets for value in _value_items(dataset)]

    def write(self, file: IO[bytes]) -> None:
        moment = self.package.cut.taken_at.isoformat(timespec="seconds")
        root = etree.Element(f"{{{ODM}}}ODM", nsmap=NAMES)
        for name, value in {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{self.tabulation.study}.SDTM.{self.package.cut.name}",
            "CreationDateTime": moment,
            "AsOfDateTime": moment,
            "SourceSystem": "ecrf",
            "SourceSystemVersion": self.package.version or "development",
            f"{{{DEF}}}Context": "Submission",
        }.items():
            root.set(name, value)
        version = self._study(root)
        self._standards(version)
        for part in (
            self._document,
            self._value_lists,
            self._where_clauses,
            self._item_groups,
            self._items,
            self._code_lists,
            self._methods,
            self._comments,
            self._readme,
        ):
            part(version)
        file.write(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def _study(self, root: Element) -> Element:
        study = _under(root, "Study", OID=self.tabulation.study)
        facts = _under(study, "GlobalVariables")
        invented = (
            " SYNTHETIC DATA: invented for demonstration, of no real patient."
            if self.package.synthetic
            else ""
        )
        _under(facts, "StudyName").text = self.tabulation.study
        _under(facts, "StudyDescription").text = self.tabulation.title + invented
        _under(facts, "ProtocolName").text = self.tabulation.study
        version = _under(
            study,
            "MetaDataVersion",
            OID=metadata_oid(self.tabulation),
            Name=f"Data definitions of {self.tabulation.study}",
            Description=f"SDTM datasets of the data cut {self.package.cut.name}.",
        )
        version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
        return version

    def _standards(self, version: Element) -> None:
        standard = self.tabulation.standard
        held = _under_def(version, "Standards")
        _under_def(
            held, "Standard", OID=IG, Name="SDTMIG", Type="IG", Version=standard.ig_version, Status="Final"
        )
        _under_def(
            held, "Standard", OID=CT, Name="CDISC/NCI", Type="CT", PublishingSet="SDTM",
            Version=standard.ct_version, Status="Final",
        )  # fmt: skip

    def _document(self, version: Element) -> None:
        _under_def(_under_def(version, "SupplementalDoc"), "DocumentRef", leafID="LF.README")

    def _readme(self, version: Element) -> None:
        _point_at(version, "LF.README", "README", "What a reader of these datasets has to know")

    def _value_lists(self, version: Element) -> None:
        lists: dict[str, list[ValueItem]] = {}
        for value in self.values:
            lists.setdefault(f"VL.{value.dataset}.{value.variable}", []).append(value)
        for oid, values in lists.items():
            held = _under_def(version, "ValueListDef", OID=oid)
            for place, value in enumerate(values, 1):
                item = _under(held, "ItemRef", ItemOID=value.oid, OrderNumber=str(place), Mandatory="No")
                if value.test and value.test.method:
                    item.set("MethodOID", f"MT.{value.dataset}.{value.code}")
                _under_def(item, "WhereClauseRef", WhereClauseOID=value.where)

    def _where_clauses(self, version: Element) -> None:
        for value in {value.where: value for value in self.values}.values():
            clause = _under_def(version, "WhereClauseDef", OID=value.where)
            check = _under(clause, "RangeCheck", Comparator="EQ", SoftHard="Soft")
            check.set(f"{{{DEF}}}ItemOID", f"IT.{value.dataset}.{value.topic}")
            _under(check, "CheckValue").text = value.code

    def _item_groups(self, version: Element) -> None:
        for dataset in self.datasets:
            domain = dataset.domain
            group = _under(
                version, "ItemGroupDef", OID=f"IG.{domain.name}", Name=domain.name,
                Repeating="Yes" if domain.repeating else "No",
                IsReferenceData="Yes" if domain.is_reference else "No",
                SASDatasetName=domain.name, Domain=domain.name[4:] if domain.name.startswith("SUPP") else domain.name,
                Purpose="Tabulation",
            )  # fmt: skip
            group.set(f"{{{DEF}}}Structure", domain.structure)
            group.set(f"{{{DEF}}}StandardOID", IG)
            if self._comment(domain):
                group.set(f"{{{DEF}}}CommentOID", f"COM.{domain.name}")
            if dataset.count:
                group.set(f"{{{DEF}}}ArchiveLocationID", f"LF.{domain.name}")
            else:
                group.set(f"{{{DEF}}}HasNoData", "Yes")
            _described(group, domain.label)
            for place, variable in enumerate(dataset.variables, 1):
                self._item_ref(group, domain, variable, place)
            _under_def(group, "Class", Name=domain.observation_class)
            if dataset.count:
                file = f"{domain.name.lower()}.xpt"
                _point_at(group, f"LF.{domain.name}", file, file)

    def _item_ref(self, group: Element, domain: Domain, variable: Variable, place: int) -> None:
        item = _under(
            group, "ItemRef", ItemOID=f"IT.{domain.name}.{variable.name}", OrderNumber=str(place),
            Mandatory="Yes" if variable.presence is Presence.REQUIRED else "No", Role=variable.role,
        )  # fmt: skip
        if variable.name in domain.keys:
            item.set("KeySequence", str(domain.keys.index(variable.name) + 1))
        if variable.method and variable.origin is Origin.DERIVED:
            item.set("MethodOID", f"MT.{domain.name}.{variable.name}")

    def _items(self, version: Element) -> None:
        listed = {f"IT.{value.dataset}.{value.variable}" for value in self.values}
        for dataset in self.datasets:
            for variable in dataset.variables:
                self._item(version, dataset, variable, listed)
        for value in self.values:
            self._value_item(version, value)

    def _item(self, version: Element, dataset: Dataset, variable: Variable, listed: set[str]) -> None:
        oid = f"IT.{dataset.name}.{variable.name}"
        item = _under(version, "ItemDef", OID=oid, Name=variable.name, DataType=variable.type.value,
                      SASFieldName=variable.name)  # fmt: skip
        if variable.type is not VariableType.MOMENT:
            item.set("Length", str(dataset.width(variable)))
        if variable.type is VariableType.FLOAT:
            item.set("SignificantDigits", str(dataset.decimals.get(variable.name, 0)))
        if variable.comment:
            item.set(f"{{{DEF}}}CommentOID", f"COM.{dataset.name}.{variable.name}")
        _described(item, variable.label)
        if self._list_of(dataset, variable.codes):
            _under(item, "CodeListRef", CodeListOID=f"CL.{variable.codes}")
        if variable.origin:
            _origin(item, variable.origin)
        if oid in listed:
            _under_def(item, "ValueListRef", ValueListOID=f"VL.{dataset.name}.{variable.name}")

    def _value_item(self, version: Element, value: ValueItem) -> None:
        # A number with a sign before it ("<0.5") makes its test's results texts.
        kind = value.test.type if value.test and value.shape.is_number else VariableType.TEXT
        if kind is VariableType.INTEGER and value.shape.decimals:
            kind = VariableType.FLOAT
        item = _under(version, "ItemDef", OID=value.oid, Name=value.code, DataType=kind.value,
                      Length=str(max(value.shape.width, 1)))  # fmt: skip
        if kind is VariableType.FLOAT:
            item.set("SignificantDigits", str(value.shape.decimals))
        if value.test and value.test.codes:
            _under(item, "CodeListRef", CodeListOID=f"CL.{value.test.codes}")
        derived = bool(value.test and value.test.method)
        _origin(item, Origin.DERIVED if derived else Origin.COLLECTED)

    def _list_of(self, dataset: Dataset, name: str) -> TermList | ForeignList | None:
        if name.startswith("QNAM"):
            terms = tuple(CodedTerm(qnam, label, own=True) for qnam, label in sorted(dataset.labels.items()))
            return TermList(name, f"Qualifiers of {name[4:]}", terms)
        return self.tabulation.terms(name) if name else None

    def _code_lists(self, version: Element) -> None:
        used: dict[str, tuple[TermList | ForeignList, set[str]]] = {}
        for dataset in self.datasets:
            for variable in dataset.variables:
                found = self._list_of(dataset, variable.codes)
                if found:
                    used.setdefault(found.name, (found, set()))[1].update(dataset.seen.get(variable.name, ()))
        for value in self.values:
            found = self.tabulation.terms(value.test.codes) if value.test and value.test.codes else None
            if found:
                used.setdefault(found.name, (found, set()))
        for _name, (terms, seen) in sorted(used.items()):
            _code_list(version, terms, seen)

    def _methods(self, version: Element) -> None:
        for dataset in self.datasets:
            for variable in dataset.variables:
                if variable.method and variable.origin is Origin.DERIVED:
                    _method(version, f"MT.{dataset.name}.{variable.name}", variable.name, variable.method)
        for value in {(v.dataset, v.code): v for v in self.values}.values():
            if value.test and value.test.method:
                _method(version, f"MT.{value.dataset}.{value.code}", value.test.name, value.test.method)

    def _comment(self, domain: Domain) -> str:
        return " ".join(said for said in (domain.comment, self.comments.get(domain.name, "")) if said)

    def _comments(self, version: Element) -> None:
        for dataset in self.datasets:
            said = {f"COM.{dataset.name}": self._comment(dataset.domain)} | {
                f"COM.{dataset.name}.{variable.name}": variable.comment for variable in dataset.variables
            }
            for oid, text in said.items():
                if text:
                    _described(_under_def(version, "CommentDef", OID=oid), text)


def metadata_oid(tabulation: Tabulation) -> str:
    return f"MDV.{tabulation.study}.SDTMIG.{tabulation.standard.ig_version}"


def _value_items(dataset: Dataset) -> Iterable[ValueItem]:
    tests = {test.code: test for test in dataset.domain.tests}
    topic, results = dataset.topic
    for variable in results:
        for code, shapes in sorted(dataset.tests.items()):
            if variable in shapes:
                yield ValueItem(dataset.name, variable, code, shapes[variable], tests.get(code), topic)


def _code_list(version: Element, terms: TermList | ForeignList, seen: set[str]) -> None:
    """What the data hold beyond the written list stands in it too, marked as an extension."""
    held = _under(version, "CodeList", OID=f"CL.{terms.name}", Name=terms.label, DataType="text")
    if isinstance(terms, ForeignList):
        held.set(f"{{{DEF}}}IsNonStandard", "Yes")
        _under(held, "ExternalCodeList", Dictionary=terms.dictionary, Version=terms.version)
        return
    if terms.nci:
        held.set(f"{{{DEF}}}StandardOID", CT)
    else:
        held.set(f"{{{DEF}}}IsNonStandard", "Yes")
    beyond = tuple(CodedTerm(value, own=True) for value in sorted(seen - terms.values))
    every = (*terms.terms, *beyond)
    decoded = any(term.meaning for term in every)
    for place, term in enumerate(every, 1):
        kind = "CodeListItem" if decoded else "EnumeratedItem"
        item = _under(held, kind, CodedValue=term.value, OrderNumber=str(place))
        if term.own and terms.nci:
            item.set(f"{{{DEF}}}ExtendedValue", "Yes")
        if decoded:
            _translated(_under(item, "Decode"), term.meaning or term.value)
    if terms.nci:
        _under(held, "Alias", Context="nci:ExtCodeID", Name=terms.nci)


def _method(version: Element, oid: str, name: str, text: str) -> None:
    _described(_under(version, "MethodDef", OID=oid, Name=f"Derivation of {name}", Type="Computation"), text)


def _origin(item: Element, origin: Origin) -> None:
    _under_def(item, "Origin", Type=origin.type, Source=origin.source)


def _point_at(parent: Element, oid: str, file: str, title: str) -> None:
    """Where a file lies: what the standard calls a leaf."""
    place = _under_def(parent, "leaf", ID=oid)
    place.set(f"{{{XLINK}}}href", file)
    _under_def(place, "title").text = title


def _described(parent: Element, text: str) -> None:
    _translated(_under(parent, "Description"), text)


def _translated(parent: Element, text: str) -> None:
    held = _under(parent, "TranslatedText")
    held.set(f"{{{XML}}}lang", "en")
    held.text = text


def _element(namespace: str) -> Callable[..., Element]:
    def under(parent: Element, tag: str, **attributes: str) -> Element:
        return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)

    return under


_under, _under_def = _element(ODM), _element(DEF)
