"""The form on which a data cut is chosen: what was sent, read against what there is."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext

from ecrf.access.models import Site
from ecrf.audit.texts import fold
from ecrf.casebook.models import STANDING, Patient
from ecrf.exports.formats.registry import FORMATS, offered
from ecrf.exports.tables.description import Column, Description, Table, describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.protocol import protocol

USUAL_FORMATS = ("csv",)
NO_FORM = gettext_lazy("There is no form %(name)s. Load the page again.")
NO_SITE = gettext_lazy("There is no site %(name)s. Load the page again.")


@dataclass(frozen=True)
class TableChoice:
    """A table with its columns, each with whether it is wanted."""

    table: Table
    columns: list[tuple[Column, bool]]

    @property
    def left_out(self) -> int:
        return sum(not wanted for _column, wanted in self.columns)


@dataclass
class CutChoice:
    """What is chosen; None stands for all. `errors`: {field: words}."""

    forms: list[str] | None = None
    sites: list[str] | None = None
    patients: list[str] | None = None
    left_out: dict[str, list[str]] = field(default_factory=dict)
    formats: list[str] = field(default_factory=lambda: list(USUAL_FORMATS))
    identifiers: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    typed_patients: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As an export's `wanted` and a saved choice hold it."""
        selection = Selection(
            forms=None if self.forms is None else tuple(self.forms),
            sites=None if self.sites is None else tuple(self.sites),
            patients=None if self.patients is None else tuple(self.patients),
            left_out={table: tuple(names) for table, names in self.left_out.items()},
            identifiers=self.identifiers,
        )
        return {
            "selection": selection.as_json(),
            "formats": [name for name in FORMATS if name in self.formats],
        }

    def has_form(self, key: str) -> bool:
        """Whether it is ticked; where all are wanted, none need be."""
        return self.forms is not None and key in self.forms

    def has_site(self, code: str) -> bool:
        return self.sites is not None and code in self.sites


def read_choice(sent: QueryDict) -> CutChoice:
    """What a page sent. What there is not is an error beside its field, never left out in silence."""
    description, choice = describe(protocol()), CutChoice()
    known = [form.key for form in description.forms if not form.parent]
    codes = list(Site.objects.filter(is_practice=False).values_list("code", flat=True))
    choice.forms = _with_rows(
        _chosen(sent.getlist("form"), known, choice.errors, "form", NO_FORM), description
    )
    choice.sites = _chosen(sent.getlist("site"), codes, choice.errors, "site", NO_SITE)
    choice.patients = _patients(sent.get("patients", ""), choice)
    choice.formats = [name for name in offered() if name in sent.getlist("format")]
    if not choice.formats:
        choice.errors["format"] = gettext("Choose at least one format.")
    choice.identifiers = sent.get("identifiers") == "keep"
    choice.left_out = _left_out(sent, description)
    return choice


def stored_choice(stored: dict[str, Any]) -> CutChoice:
    """What was saved under a name, or of an earlier cut."""
    selection = stored["selection"]
    return CutChoice(
        forms=selection["forms"],
        sites=selection["sites"],
        patients=selection["patients"],
        left_out=selection["left_out"],
        formats=list(stored["formats"]),
        identifiers=selection["identifiers"],
        typed_patients=" ".join(selection["patients"] or ()),
    )


def table_choices(choice: CutChoice) -> list[TableChoice]:
    """Every table with every column that could be taken along."""
    whole = tables_of(describe(protocol()), Selection(identifiers=True))
    return [
        TableChoice(
            table,
            [
                (column, column.name not in choice.left_out.get(table.name, ()))
                for column in table.columns
                if not column.is_key
            ],
        )
        for table in whole
    ]


def _chosen(
    sent: list[str], known: list[str], errors: dict[str, str], name: str, there_is_none: Promise
) -> list[str] | None:
    """None where all of them are chosen, or none is: all, so that what is added later belongs to it."""
    if strange := [one for one in sent if one not in known]:
        errors[name] = str(there_is_none) % {"name": strange[0][:40]}
    chosen = [one for one in known if one in sent]
    return None if not chosen or chosen == known else chosen


def _with_rows(forms: list[str] | None, description: Description) -> list[str] | None:
    """The rows of a form go where it goes."""
    if forms is None:
        return None
    return [form.key for form in description.forms if {form.key, form.parent} & set(forms)]


def _patients(typed: str, choice: CutChoice) -> list[str] | None:
    choice.typed_patients = typed
    separated = fold(typed.replace("\n", " ")).replace(",", " ").replace(";", " ").upper()
    numbers = list(dict.fromkeys(separated.split()))
    if not numbers:
        return None
    found = Patient.objects.filter(STANDING, number__in=numbers, site__is_practice=False)
    known = dict(found.values_list("number", "site__code"))
    if strange := [number for number in numbers if number not in known]:
        named = gettext(", ").join(number[:20] for number in strange[:5])
        choice.errors["patients"] = gettext("There is no patient %(numbers)s in the study.") % {
            "numbers": named
        }
    elif choice.sites is not None and (elsewhere := sorted(known.keys() - _at(choice.sites, known))):
        of_site = pgettext("a patient", "%(number)s (of site %(site)s)")
        named = gettext(", ").join(
            of_site % {"number": number, "site": known[number]} for number in elsewhere[:5]
        )
        words = gettext("Not at the sites you ticked: %(patients)s. Tick the site too, or leave it out.")
        choice.errors["patients"] = words % {"patients": named}
    return sorted(known)


def _at(sites: list[str], known: dict[str, str]) -> set[str]:
    return {number for number, code in known.items() if code in sites}


def _left_out(sent: QueryDict, description: Description) -> dict[str, list[str]]:
    """The page names the tables whose columns it showed: of these, what is not ticked is left out."""
    ticked = set(sent.getlist("column"))
    shown = set(sent.getlist("columns-of"))
    found = {}
    for table in tables_of(description, Selection(identifiers=True)):
        if table.name in shown:
            names = [c.name for c in table.columns if not c.is_key and f"{table.name}.{c.name}" not in ticked]
            if names:
                found[table.name] = names
    return found
