"""SDTM, written: datasets as transport files and as Dataset-JSON, their Define-XML, and a README."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.module_loading import import_string
from django.utils.translation import gettext

from ecrf.exports.formats.transport import TransportVariable, write_dataset
from ecrf.exports.package import Package
from ecrf.exports.sdtm.cdash import WHOLE, target
from ecrf.exports.sdtm.completing import complete
from ecrf.exports.sdtm.datasets import Dataset, Datasets
from ecrf.exports.sdtm.domains import Row, Tabulation
from ecrf.exports.sdtm.output.dataset_json import write_dataset_json
from ecrf.exports.sdtm.output.define import DefineWriter, metadata_oid
from ecrf.exports.sdtm.output.readme import readme
from ecrf.exports.sdtm.records import PatientRecords, StudyRecords, own_names
from ecrf.exports.sdtm.relations import (
    COMMENTS,
    RELATED,
    comment_rows,
    related_rows,
    supplement_of,
    supplement_rows,
)
from ecrf.forms.protocol import protocol

FOLDER = "sdtm"


def has_sdtm() -> bool:
    """Whether the trial says how its data become SDTM."""
    return bool(protocol().sdtm)


def write_sdtm(package: Package) -> None:
    """The whole folder `sdtm` of a package; the same bytes whenever the package is the same."""
    tabulation: Tabulation = import_string(protocol().sdtm)
    package.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=package.folder) as folder:
        datasets = _collected(package, tabulation, Path(folder))
        left_out = _left_out(package, tabulation)
        for dataset in datasets:
            if dataset.count:
                _write(package, tabulation, dataset)
        with package.file(f"{FOLDER}/define.xml", "SDTM: Define-XML") as file:
            comments = {
                name: f"Left out of this package by its selection: {said}." for name, said in left_out.items()
            }
            DefineWriter(package, tabulation, datasets, comments).write(file)
        with package.file(f"{FOLDER}/README", "SDTM: README") as file:
            file.write(readme(package, tabulation, datasets, left_out).encode())


def _collected(package: Package, tabulation: Tabulation, folder: Path) -> list[Dataset]:
    """Every dataset with its rows, patient by patient: the domains, then what tells of them."""
    study, datasets = StudyRecords(package), Datasets(folder)
    for domain in tabulation.domains:
        datasets.of(domain)
    labels = _qualifier_labels(package, tabulation)
    for row in tabulation.of_trial(study):
        domain = tabulation.domain(row.domain)
        row.values = {"STUDYID": tabulation.study, "DOMAIN": domain.name, **row.values}
        datasets.of(domain).add(row)
    for patient in study.patients():
        package.progress(gettext("SDTM: patient %(number)s") % {"number": patient.number})
        _add_patient(tabulation, patient, datasets, labels)
    for dataset in datasets.all.values():
        dataset.close()
    relations = [dataset for dataset in datasets.all.values() if dataset.domain not in tabulation.domains]
    return [datasets.of(domain) for domain in tabulation.domains] + sorted(
        relations, key=lambda one: one.name
    )


def _add_patient(
    tabulation: Tabulation, patient: PatientRecords, datasets: Datasets, labels: dict[str, dict[str, str]]
) -> None:
    completed = complete(tabulation, patient, list(tabulation.of_patient(patient)))
    every: list[Row] = []
    for name, rows in completed.items():
        domain = tabulation.domain(name)
        for row in rows:
            datasets.of(domain).add(row)
            for qualifier in supplement_rows(domain, row, labels.get(name, {})):
                datasets.of(supplement_of(domain)).add(qualifier)
        every += rows
    for place, row in enumerate(comment_rows(every), 1):
        row.values = {"STUDYID": tabulation.study, "DOMAIN": "CO", "COSEQ": place, **row.values}
        datasets.of(COMMENTS).add(row)
    for row in related_rows(every):
        datasets.of(RELATED).add(row)


def _write(package: Package, tabulation: Tabulation, dataset: Dataset) -> None:
    what = f"SDTM: {dataset.domain.label}"
    variables = dataset.variables
    described = [
        TransportVariable(v.name, v.label, v.type.is_number, 8 if v.type.is_number else dataset.width(v))
        for v in variables
    ]
    rows = ([row.get(v.name) for v in variables] for row in dataset.rows())
    with package.file(f"{FOLDER}/{dataset.name.lower()}.xpt", what, steps=0) as file:
        write_dataset(file, dataset.name, dataset.domain.label, described, rows, package.cut.taken_at)
    head = {
        "created": package.cut.taken_at.isoformat(timespec="seconds"),
        "fileOID": f"{tabulation.study}.SDTM.{package.cut.name}",
        "originator": tabulation.study,
        "sourceSystem": {"name": "ecrf", "version": package.version or "development"},
        "studyOID": tabulation.study,
        "metaDataVersionOID": metadata_oid(tabulation),
    }
    with package.file(f"{FOLDER}/dataset-json/{dataset.name.lower()}.json", what, steps=0) as file:
        write_dataset_json(file, dataset, head)


def _qualifier_labels(package: Package, tabulation: Tabulation) -> dict[str, dict[str, str]]:
    """{domain: {QNAM: label}}: of the items that bear the name, and what the domain says beyond."""
    found: dict[str, dict[str, str]] = {domain.name: {} for domain in tabulation.domains}
    collecting = {domain.collected_as: domain.name for domain in tabulation.domains if domain.collected_as}
    for form in package.description.forms:
        for item in form.items:
            aim, letters = target(item.cdash), item.cdash[-2:]
            domain_name = collecting.get(letters, letters)
            if aim.qualifier and domain_name in found:
                found[domain_name][aim.of(letters, domain_name)] = item.label[:40]
    for domain in tabulation.domains:
        found[domain.name] |= domain.supplement
    return found


def _left_out(package: Package, tabulation: Tabulation) -> dict[str, str]:
    """{domain: the names of what the package's selection keeps back}."""
    present = {
        column.item
        for table in package.tables
        for column in table.columns
        if column.item and column.name in own_names(column)
    }
    missing: dict[str, list[str]] = {}
    for form in package.description.forms:
        for item in form.items:
            if f"{form.key}.{item.name}" not in present and item.cdash:
                aim = target(item.cdash)
                letters = item.cdash[-2:] if aim.qualifier else aim.variable[:2]
                missing.setdefault(form.domain if item.cdash in WHOLE else letters, []).append(item.cdash)
    elsewhere = {domain.collected_as for domain in tabulation.domains if domain.collected_as}
    names = {
        domain.name: domain.collected_as or domain.name
        for domain in tabulation.domains
        if domain.name not in elsewhere
    }
    return {
        name: ", ".join(dict.fromkeys(missing[letters]))
        for name, letters in names.items()
        if letters in missing
    }
