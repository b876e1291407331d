"""Gathers the page on which somebody signs: the data themselves, and above them what is open, missing or not done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.access.joined import headed, in_a_row
from ecrf.access.models import User
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import element_id, form_title, numbered_title, visit_label
from ecrf.casebook.log_pieces import ROWS, LogPiece, piece_with
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.schedule.due import VisitState
from ecrf.casebook.schedule.status import schedule_status_of, visits_of
from ecrf.checks.models import DiscrepancyState
from ecrf.entry.addresses import PagePlace, page_url
from ecrf.entry.today.to_sign import ToSign, signing_sites, things_to_sign
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.formview.form_view import FormView
from ecrf.formview.load import entry_form_view, load_casebook, visit_form_views
from ecrf.locks.lookup import is_locked, lock_on_entry, lock_on_visit, locks_over
from ecrf.locks.models import Lock
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Query
from ecrf.signatures import signers
from ecrf.signatures.breaks import Change, changes_in
from ecrf.signatures.lookup import SignatureStanding, on_casebook, on_form, on_visit, signatures_of
from ecrf.signatures.meanings import MEANINGS
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.signatures.services import Covered, chain_length, events_since


@dataclass(frozen=True)
class SigningPoint:
    """Something to look at before signing, and where it is. `below`: the anchor on this page where it is read."""

    words: str
    url: str
    said: str = ""
    below: str = ""


@dataclass(frozen=True)
class SigningGroup:
    """A visit or a log on the page, with its forms to read."""

    key: str
    title: str
    visit: Visit | None
    form_views: list[FormView]
    others: list[SigningPoint] = field(default_factory=list)
    """Of a long log, where the forms are read that are not on the page: they are signed as well."""

    @property
    def shown(self) -> list[FormView]:
        """The forms on the page."""
        return self.form_views[:ROWS] if self.others else self.form_views


@dataclass
class SigningPage:
    """Everything that a person sees before signing. `seen`: how long the chain was before the data were read."""

    covered: Covered
    seen: int
    form_groups: list[SigningGroup]
    signatures: list[Signature]
    locks: list[Lock]
    overdue: list[SigningPoint] = field(default_factory=list)

    @property
    def patient(self) -> Patient:
        return self.covered.patient

    @property
    def scope(self) -> SignatureScope:
        return self.covered.scope

    @property
    def title(self) -> str:
        if self.covered.visit:
            return visit_label(self.covered.visit)
        if self.covered.entry:
            place = (visit_label(self.covered.entry.visit), form_title(self.covered.entry))
            return in_a_row(*place)
        return gettext("Casebook")

    @property
    def back(self) -> str:
        """The page on which these data are entered."""
        if self.covered.entry:
            return self._url(self.covered.entry.visit, self.covered.entry.crf, self.covered.entry.number)
        name = [self.patient.number, *([self.covered.visit.code] if self.covered.visit else [])]
        return reverse("visit" if self.covered.visit else "patient", args=name)

    @property
    def named(self) -> str:
        return in_a_row(self.patient.number, self.title)

    @property
    def act(self) -> str:
        """What the button says."""
        if self.scope == SignatureScope.CASEBOOK:
            return gettext("Sign the casebook")
        return gettext("Sign the visit") if self.scope == SignatureScope.VISIT else gettext("Sign the form")

    @property
    def meaning(self) -> str:
        return str(MEANINGS[self.scope])

    @cached_property
    def standing(self) -> SignatureStanding:
        if self.covered.entry:
            return on_form(self.signatures, self.covered.entry)
        if self.covered.visit:
            return on_visit(self.signatures, self.covered.visit.pk)
        return on_casebook(self.signatures)

    @property
    def lock(self) -> Lock | None:
        """The lock that ends signing here too; a freeze does not."""
        locks = [lock for lock in self.locks if is_locked(lock)]
        if self.covered.entry:
            return lock_on_entry(locks, self.covered.entry)
        return lock_on_visit(locks, self.covered.visit)

    @property
    def _form_views(self) -> Iterator[tuple[SigningGroup, FormView]]:
        return (
            (form_group, form_view)
            for form_group in self.form_groups
            for form_view in form_group.form_views
            if not form_view.is_struck
        )

    @property
    def _standing_rows(self) -> list[FormView]:
        """Every form and every row of one that counts: stored, and not struck out."""
        rows = [row for _form_group, form_view in self._form_views for row in form_view.with_rows]
        return [row for row in rows if row.row is not None and not row.is_struck]

    @cached_property
    def unfinished(self) -> list[SigningPoint]:
        """Forms that were begun and are not complete: they stand in the way of the signature."""
        points = []
        for form_group, form_view in self._form_views:
            rows = [row.entry for row in form_view.with_rows if row.entry and not row.entry.is_struck]
            if not all(entry.is_done for entry in rows):
                missing = pgettext("what is left to do with a form", "to complete")
                if form_view.left:
                    missing = gettext("%(number)s missing") % {"number": form_view.left}
                points.append(
                    SigningPoint(
                        self._words(form_group, form_view), self._place(form_group, form_view), missing
                    )
                )
        return points

    @cached_property
    def not_begun(self) -> list[SigningPoint]:
        """Forms that the schedule asks for and nobody has begun."""
        return [
            SigningPoint(
                self._words(form_group, form_view),
                self._place(form_group, form_view),
                gettext("%(number)s items") % {"number": form_view.left},
            )
            for form_group, form_view in self._form_views
            if form_view.row is None
        ]

    @cached_property
    def without_value(self) -> int:
        """How many items carry a reason instead of a value."""
        return sum(len(row.row.missing_reasons) for row in self._standing_rows if row.row)

    @cached_property
    def _read_below(self) -> dict[int, str]:
        """{question of a check: its words}, of those that stand at their values on this page: what lists them above
        names the place alone."""
        return {
            discrepancy.pk: discrepancy.text
            for form_group in self.form_groups
            for form_view in form_group.shown
            for row in form_view.with_rows
            for discrepancy in row.discrepancies
            if discrepancy.state == DiscrepancyState.OPEN
        }

    def _asked(self, words: str, url: str, text: str, discrepancy_id: int | None) -> SigningPoint:
        if discrepancy_id is not None and self._read_below.get(discrepancy_id) == text:
            return SigningPoint(words, url, below=f"asked-{discrepancy_id}")
        return SigningPoint(words, url, text)

    @cached_property
    def questions(self) -> list[SigningPoint]:
        """What edit checks ask and nobody has answered yet, but for what stands among the queries."""
        as_queries = {query.discrepancy_id for query in self._open_queries}
        return [
            self._asked(
                headed(
                    self._words(form_group, form_view), row.definition.items[discrepancy.item].verbose_name
                ),
                self._place(
                    form_group, form_view, element_id(row.definition.key, row.address, discrepancy.item)
                ),
                discrepancy.text,
                discrepancy.pk,
            )
            for form_group, form_view in self._form_views
            for row in form_view.with_rows
            for discrepancy in row.discrepancies
            if discrepancy.state == DiscrepancyState.OPEN
            and discrepancy.item in row.definition.items
            and discrepancy.pk not in as_queries
        ]

    @cached_property
    def _open_queries(self) -> list[Query]:
        """On what is signed; one statement."""
        entries = [row.entry.pk for row in self._standing_rows if row.entry]
        queries = (
            open_queries().filter(entry__in=entries).select_related("entry__visit", "entry__parent__visit")
        )
        return list(queries.order_by("pk"))

    @property
    def queries(self) -> list[SigningPoint]:
        return [self._query(query) for query in self._open_queries]

    def _query(self, query: Query) -> SigningPoint:
        entry = query.form
        item = CRFS[entry.crf].items.get(query.item)
        where = in_a_row(visit_label(entry.visit), form_title(entry))
        words = headed(where, item.verbose_name if item else query.item)
        form = entry.parent or entry
        anchor = element_id(entry.crf, entry.address, query.item)
        url = self._url(entry.visit, form.crf, form.number, anchor)
        return self._asked(in_a_row(query.name, words), url, query.text, query.discrepancy_id)

    @property
    def counts(self) -> str:
        """What the signature covers: `1 visit, 9 forms, 120 values, 3 items with a reason instead`."""
        values = sum(self._values(row) for row in self._standing_rows)
        forms = sum(form_view.row is not None for _form_group, form_view in self._form_views)
        visits = sum(form_group.visit is not None for form_group in self.form_groups)
        words = [
            *(
                [ngettext("%(number)s visit", "%(number)s visits", visits) % {"number": visits}]
                if visits
                else []
            ),
            ngettext("%(number)s form", "%(number)s forms", forms) % {"number": forms},
            ngettext("%(number)s value", "%(number)s values", values) % {"number": values},
        ]
        if self.without_value:
            with_reason = gettext("%(number)s without a value, with the reason")
            words.append(with_reason % {"number": self.without_value})
        return gettext(", ").join(words)

    def _values(self, form_view: FormView) -> int:
        return sum(getattr(form_view.row, name) not in (None, "") for name in form_view.definition.items)

    def _words(self, form_group: SigningGroup, form_view: FormView) -> str:
        return (
            headed(form_group.title, form_view.title)
            if form_group.visit and self.scope == SignatureScope.CASEBOOK
            else form_view.title
        )

    def _place(self, form_group: SigningGroup, form_view: FormView, anchor: str = "") -> str:
        return self._url(form_group.visit, form_view.definition.key, form_view.number, anchor or form_view.id)

    def _url(self, visit: Visit | None, crf: str, number: int, anchor: str = "") -> str:
        address = page_url(PagePlace(self.patient, visit), Place(self.patient, CRFS[crf], visit, number))
        return f"{address.partition('#')[0]}#{anchor or element_id(crf, str(number))}"

    @property
    def why_not(self) -> str:
        """Why it cannot be signed now, beside what is unfinished: nothing is entered."""
        return (
            ""
            if self._standing_rows
            else gettext("Nothing is entered here yet, so there is nothing to sign.")
        )


def signing_page(covered: Covered) -> SigningPage:
    """The page as of now, in a constant number of statements. The chain's length is read before the data."""
    seen, patient = chain_length(covered.patient), covered.patient
    overdue: list[SigningPoint] = []
    if covered.entry:
        form_groups = [_form_form_group(covered.entry)]
    elif covered.visit:
        label = visit_label(covered.visit)
        form_groups = [
            SigningGroup(covered.visit.code, label, covered.visit, visit_form_views(covered.visit))
        ]
    else:
        form_groups, overdue = _casebook(patient)
    return SigningPage(covered, seen, form_groups, signatures_of(patient.pk), locks_over(patient), overdue)


def _form_form_group(entry: Entry) -> SigningGroup:
    title = visit_label(entry.visit) or numbered_title(CRFS[entry.crf], entry.number, None)
    return SigningGroup(
        entry.visit.code if entry.visit else entry.crf, title, entry.visit, [entry_form_view(entry)]
    )


def _casebook(patient: Patient) -> tuple[list[SigningGroup], list[SigningPoint]]:
    """Every visit that was opened and every log in which something is recorded; and the visits that are overdue."""
    data, trial = PatientData(patient), protocol()
    loaded, opened = load_casebook(data), {visit.code: visit for visit in visits_of(patient)}
    entries = [row.entry for rows in loaded.rows.values() for row in rows]
    schedule_status = schedule_status_of(patient, data, entries, list(opened.values()))
    there = [
        (due.plan.label, opened[due.plan.code]) for due in schedule_status.visits if due.plan.code in opened
    ]
    form_groups = [SigningGroup(visit.code, label, visit, loaded.at_visit(visit)) for label, visit in there]
    logs = [(CRFS[key], loaded.of_log(key)) for key in (*trial.patient_forms, *trial.logs)]
    form_groups += [
        SigningGroup(kind.key, kind.plural, None, form_views, _others(patient, kind, form_views))
        for kind, form_views in logs
        if form_views
    ]
    url = reverse("patient", args=[patient.number])
    late = [due for due in schedule_status.visits if due.state == VisitState.OVERDUE]
    since = gettext("overdue since %(day)s")
    return form_groups, [SigningPoint(due.plan.label, url, since % {"day": due.closes_on}) for due in late]


def _others(patient: Patient, kind: CrfDefinition, form_views: list[FormView]) -> list[SigningPoint]:
    """The pieces of the log that show what stands behind as many forms as one piece holds."""
    words, url = gettext("No. %(first)s to %(last)s"), reverse("log", args=[patient.number, kind.key])
    pieces = [LogPiece(one) for one in sorted({piece_with(one.number) for one in form_views[ROWS:]})]
    return [
        SigningPoint(words % {"first": piece.first, "last": piece.last}, url + piece.query)
        for piece in pieces
    ]


@dataclass(frozen=True)
class Signer:
    """What the account of the person still lacks."""

    why_not: str
    declared: bool
    declaration: Any = signers.DECLARATION


def signer(user: User) -> Signer:
    return Signer(signers.why_not_ready(user), signers.has_declared(user))


CHANGES_NAMED = 12


def changes_meanwhile(covered: Covered, seen: int) -> list[Change]:
    """What was changed since the page was made, the newest first; nothing for a position that no page has."""
    if seen < 1:
        return []
    return changes_in(events_since(covered, seen).reverse()[:CHANGES_NAMED])


def next_to_sign(user: User, patient: Patient) -> ToSign | None:
    """What this person may sign next, by the date of the visit: of the same patient first; seven statements at most."""
    where = signing_sites(user)
    return next(iter(things_to_sign(where, patient) or things_to_sign(where)), None)
