"""The README of the SDTM folder: what no file of a standard has a place for."""

import textwrap
from collections.abc import Iterable, Mapping

from ecrf.exports.package import Package
from ecrf.exports.sdtm.datasets import Dataset
from ecrf.exports.sdtm.domains import Tabulation, TermList


def readme(
    package: Package, tabulation: Tabulation, datasets: list[Dataset], left_out: Mapping[str, str]
) -> str:
    standard = tabulation.standard
    parts = [f"SDTM datasets of {tabulation.study}: {tabulation.title}"]
    if package.synthetic:
        parts.append("SYNTHETIC DATA: invented for demonstration, of no real patient.")
    parts.append(
        f"SDTM {standard.model_version}, SDTMIG {standard.ig_version}, controlled terminology "
        f"{standard.ct_version}. *.xpt: SAS transport files, version 5. dataset-json: the same as Dataset-JSON 1.1. "
        "define.xml: Define-XML 2.1. Moments are the site's local time, without an offset."
    )
    for title, lines in (
        ("Decisions", tabulation.decisions),
        ("The sponsor's own terms", _own_terms(tabulation)),
        ("Terms in the data that stand in no list", _beyond(tabulation, datasets)),
        ("Variables with text that is not ASCII (UTF-8)", _not_ascii(datasets)),
        ("Left out by the selection of this package", [f"{name}: {said}" for name, said in left_out.items()]),
        ("Domains without a record", [d.name for d in datasets if not d.count]),
    ):
        said = [*lines] or ["None."]
        parts.append("\n".join([title, "-" * len(title), *(_line(one) for one in said)]))
    return "\n\n".join(parts) + "\n"


def _line(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="- ", subsequent_indent="  ", break_long_words=False)


def _own_terms(tabulation: Tabulation) -> Iterable[str]:
    for terms in tabulation.lists:
        if isinstance(terms, TermList) and terms.nci:
            own = [term.value for term in terms.terms if term.own]
            if own:
                yield f"{terms.name} ({terms.nci}): {'; '.join(own)}"


def _beyond(tabulation: Tabulation, datasets: list[Dataset]) -> Iterable[str]:
    for dataset in datasets:
        for variable in dataset.variables:
            terms = tabulation.terms(variable.codes) if variable.codes else None
            if isinstance(terms, TermList):
                strange = sorted(dataset.seen.get(variable.name, set()) - terms.values)
                if strange:
                    yield f"{variable.name}: {'; '.join(strange)}"


def _not_ascii(datasets: list[Dataset]) -> Iterable[str]:
    for dataset in datasets:
        if dataset.not_ascii:
            yield f"{dataset.name}: {', '.join(sorted(dataset.not_ascii))}"
