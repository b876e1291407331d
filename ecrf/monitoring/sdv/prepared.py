"""The HTML of a form's items on the SDV page: prepared once for each form and language, filled for each page."""

from functools import cache, lru_cache, partial
from html import escape

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from ecrf.access.joined import in_a_row
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.casebook.labels import element_id
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.skeleton import Filler, Skeleton, Snippet
from ecrf.formview.form_view import FormView, ItemView
from ecrf.monitoring.sdv.last_visit import LastVisit
from ecrf.monitoring.sdv.next_place import page_of_log
from ecrf.monitoring.sdv.page import ItemStanding, SdvPage
from ecrf.monitoring.sdv.since_visit import SinceVisit
from ecrf.verification.models import Verification

KEPT = 2048
"""How many prepared forms a process keeps: those of logs differ by the number of the row."""

READ = Snippet("monitoring/sdv/pieces/read.html", "words")
READ_LINK = Snippet("monitoring/sdv/pieces/read_link.html", "address", "words")
STRUCK = Snippet("monitoring/sdv/pieces/struck.html", "words")
LAST = Snippet("monitoring/sdv/pieces/last.html", "words")
UNIT = Snippet("monitoring/sdv/pieces/unit.html", "unit")
MISSING = Snippet("monitoring/sdv/pieces/missing.html", "label")
MISSING_WITH_COMMENT = Snippet("monitoring/sdv/pieces/missing_with_comment.html", "label", "comment")
QUIET = Snippet("monitoring/sdv/pieces/quiet.html", "words")
ROW_NAME = Snippet("monitoring/sdv/pieces/row_name.html", "address", "name")
BLANK = Snippet("monitoring/sdv/pieces/blank.html")
TO_VERIFY = Snippet("monitoring/sdv/pieces/to_verify.html")
TO_VERIFY_CRITICAL = Snippet("monitoring/sdv/pieces/to_verify_critical.html")
OFF_PLAN = Snippet("monitoring/sdv/pieces/off_plan.html")
VERIFIED = Snippet("monitoring/sdv/pieces/verified.html", "at", "words")
AGAINST = Snippet("monitoring/sdv/pieces/against.html", "words")
AGAINST_SINCE = Snippet("monitoring/sdv/pieces/against_since.html", "words", "since")
VERDICT = Snippet("monitoring/sdv/pieces/verdict.html", "verdict")
ASKED = Snippet("monitoring/sdv/pieces/asked.html", "asked")
REFUSED = Snippet("monitoring/sdv/pieces/refused.html", "words")
WORDS = Snippet("monitoring/sdv/pieces/words.html", "words")
WITHOUT_SCRIPT = Snippet("monitoring/sdv/pieces/without_script.html", "verify", "ask")
WITHOUT_SCRIPT_ASK = Snippet("monitoring/sdv/pieces/without_script_ask.html", "ask")
WITHOUT_SCRIPT_UNDO = Snippet("monitoring/sdv/pieces/without_script_undo.html", "undo", "ask")

ALL_SHOWN = "form", "number", "address", "csrf_token", "seen", "where", "items"
VERIFY_ALL_SHOWN = Snippet("monitoring/sdv/_all_shown.html", *ALL_SHOWN)


def items(form_view: FormView, fillers: dict[str, Filler]) -> SafeString:
    """A form's own items, line by line or in a grid."""
    return _filled("monitoring/sdv/_items.html", form_view, fillers)


def row(form_view: FormView, columns: tuple[str, ...], fillers: dict[str, Filler]) -> SafeString:
    """A row of a form, an item of each of the columns a cell."""
    return _filled("monitoring/sdv/_row.html", form_view, fillers, columns)


def _filled(
    template: str, form_view: FormView, fillers: dict[str, Filler], columns: tuple[str, ...] = ()
) -> SafeString:
    skeleton = _prepared(template, form_view.definition.key, form_view.address, columns, get_language() or "")
    return skeleton.fill(form_view, form_view.item_views, fillers)


@lru_cache(maxsize=KEPT)
def _prepared(template: str, key: str, address: str, columns: tuple[str, ...], language: str) -> Skeleton:
    form_view = FormView(CRFS[key], "", address)
    cells = [form_view.item_views[name] for name in columns]
    return Skeleton.of(get_template(template).render({"form_view": form_view, "cells": cells}))


def all_shown(given: dict[str, str]) -> SafeString:
    """The box of one form, by what `ALL_SHOWN` names; and what was refused there, with what was typed."""
    if "refused" in given:
        return SafeString(get_template(VERIFY_ALL_SHOWN.template).render(given).strip())
    return VERIFY_ALL_SHOWN(*(given[name] for name in ALL_SHOWN))


def table_head(definition: CrfDefinition, columns: tuple[str, ...]) -> SafeString:
    """The heads of a table of rows."""
    return _prepared_head(definition.key, columns, get_language() or "")


@lru_cache(maxsize=KEPT)
def _prepared_head(key: str, columns: tuple[str, ...], language: str) -> SafeString:
    template = get_template("monitoring/sdv/_row_table_head.html")
    return SafeString(template.render({"items": [CRFS[key].items[name] for name in columns]}))


def fillers_of(
    sdv_page: SdvPage, since: SinceVisit, last: LastVisit, refusal: tuple[str, str]
) -> dict[str, Filler]:
    """What this page puts into each slot of the templates. `refusal`: at which item what was refused."""
    filling = Filling(sdv_page, since, refusal)
    return {
        "title": lambda form, _detail: escape(form.title),
        "row_struck": lambda form, _detail: " struck" if form.is_struck else "",
        "row_entry": lambda form, _detail: str(form.entry_id or ""),
        "row_name": filling.row_name,
        "value": filling.value,
        "value_with_unit": partial(filling.value, with_unit=True),
        "last": (lambda item, _detail: LAST(words) if (words := last.words(item)) else "")
        if last.rows
        else _nothing,
        "history": filling.history,
        "line": filling.line,
        "line_asked": lambda item, _detail: " line-asked" if filling.is_asked(item) else "",
        "cell_marks": filling.cell_marks,
        "verdict": filling.verdict,
        "since": filling.since_visit if since.found else _nothing,
        "remarks": filling.remarks,
        "value_and_words": lambda item, detail: filling.value(item, detail) + filling.words(item, detail),
        "words": filling.words,
        "questions": lambda item, detail: (
            filling.questions(item, detail) if item.form_view.discrepancies else ""
        ),
        "without_script": filling.without_script,
    }


def _value(item: ItemView, _detail: str, with_unit: bool = False) -> str:
    if value := item.value:
        words = STRUCK(value) if item.form_view.is_struck else READ(value)
        return SafeString(f"{words} {UNIT(unit)}") if with_unit and (unit := item.item.unit) else words
    if missing := item.missing:
        label, comment = str(missing["label"]), missing["comment"]
        return MISSING_WITH_COMMENT(label, comment) if comment else MISSING(label)
    if item.item.rule:
        return QUIET(gettext("not calculated"))
    if not item.is_asked:
        return QUIET(pgettext("an item", "not asked"))
    return BLANK() if item.is_required else QUIET(pgettext("an item without a value", "blank"))


def _nothing(_item: ItemView, _detail: str) -> str:
    return ""


@cache
def _marks(state: str, is_verifiable: bool, is_planned: bool, is_critical: bool) -> str:
    """The attributes that say where an item stands."""
    marks = f' data-line data-state="{state}"' if state else " data-line"
    if is_verifiable:
        marks += " data-verifiable data-planned" if is_planned else " data-verifiable"
    return marks + " data-critical" if is_critical and state == "to-verify" else marks


@cache
def _around_ids(name: str, *ids: str) -> tuple[str, str]:
    """An address of this name without its ids, which a page puts in hundreds of times."""
    before, _, after = reverse(f"monitor:{name}", args=ids).rpartition(f"/{'/'.join(ids)}/")
    return before, after


def _address(name: str, entry: int, item: str) -> str:
    before, after = _around_ids(name, "0", "item")
    return f"{before}/{entry}/{item}/{after}"


class Filling:
    """The slots whose content hangs on the page: where items stand, what is asked, what was refused."""

    def __init__(self, sdv_page: SdvPage, since: SinceVisit, refusal: tuple[str, str]) -> None:
        self.page, self.since, self.refusal = sdv_page, since, refusal
        self.zone = sdv_page.patient.site.zone
        self.spots_asked = {spot for spot, _item in (*sdv_page.queries, *sdv_page.conversations)}
        # Of nearly all items of a page it is one of these three.
        self._critical, self._to_verify = VERDICT(TO_VERIFY_CRITICAL()), VERDICT(TO_VERIFY())
        self._off_plan = VERDICT(OFF_PLAN())

    def _undo(self, standing: ItemStanding) -> str:
        before, after = _around_ids("take-back", "0")
        return f"{before}/{standing.verification.pk}/{after}" if standing.verification else ""

    def row_name(self, row: FormView, _detail: str) -> str:
        """What a row is called, with the way to its own page: there it is read item by item, without script too."""
        before, after = _around_ids("casebook_entry_change", "0")
        return ROW_NAME(f"{before}/{row.entry_id}/{after}", row.name) if row.row else escape(row.name)

    def value(self, item: ItemView, detail: str, with_unit: bool = False) -> str:
        """What a link to an entry of a log names leads there."""
        if item.item.kind == "link" and item.value and item.item.to in protocol().logs:
            anchor, number = element_id(item.item.to, str(item.stored)), whole_number(str(item.stored)) or 1
            page = page_of_log(self.page.patient.pk, item.item.to, number)
            return READ_LINK(f"{page}#{anchor}", item.value)
        return _value(item, detail, with_unit)

    def history(self, item: ItemView, _detail: str) -> str:
        entry = item.form_view.entry_id
        return _address("item-history", entry, item.name) if entry else ""

    def has_open_query(self, item: ItemView) -> bool:
        is_asked = item.form_view.spot in self.spots_asked
        return is_asked and any(query.is_open for query in self.page.queries_of(item))

    def is_asked(self, item: ItemView) -> bool:
        return bool(item.form_view.discrepancies and item.has_open_question) or self.has_open_query(item)

    def line(self, item: ItemView, _detail: str) -> str:
        """The attributes by which the script knows an item, and where it stands."""
        if item.form_view.row is None:
            return ""
        standing = self.page.standing(item)
        if standing is None:
            return " data-line"
        marks = _marks(standing.state, standing.is_verifiable, standing.is_planned, standing.is_critical)
        if self.has_open_query(item):
            marks += " data-query"
        return f'{marks} data-undo="{self._undo(standing)}"' if standing.is_own else marks

    def cell_marks(self, item: ItemView, _detail: str) -> str:
        asked = " cell-asked" if self.has_open_query(item) else ""
        return asked + " cell-since" if self.since.found and self.since.was(item) else asked

    def verdict(self, item: ItemView, _detail: str) -> str:
        standing = self.page.standing(item)
        state = standing.state if standing else ""
        if standing is None or not state:
            return ""
        if state == "to-verify":
            return self._critical if standing.is_critical else self._to_verify
        return self._off_plan if state == "off-plan" else VERDICT(self._verified(standing))

    def _verified(self, standing: ItemStanding) -> SafeString:
        made = standing.verification
        assert made is not None
        if not made.stands:
            context = {"standing": standing, "zone": self.zone}
            return SafeString(get_template("monitoring/sdv/_verdict.html").render(context).strip())
        at = f"{made.verified_at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"
        day, by = at[: len("YYYY-MM-DD")], made.verified_by.name
        return SafeString(f"{VERIFIED(at, in_a_row(day, by))}{_against(made)}")

    def since_visit(self, item: ItemView, _detail: str) -> str:
        was = self.since.was(item)
        return get_template("monitoring/sdv/_since_visit.html").render({"was": was}).strip() if was else ""

    def asked(self, item: ItemView, _detail: str) -> str:
        queries = [*self.page.queries_of(item), *self.page.conversations_of(item)]
        if not queries:
            return ""
        may_review = self.page.reader.may(Right.REVIEW, self.page.patient.site)
        context = {"queries": queries, "zone": self.zone, "may_review": may_review}
        return ASKED(SafeString(get_template("monitoring/sdv/_asked.html").render(context).strip()))

    def questions(self, item: ItemView, _detail: str) -> str:
        """What edit checks ask of it and no query repeats."""
        template, patient = get_template("monitoring/sdv/_question.html"), self.page.patient
        return "".join(
            template.render({"discrepancy": discrepancy, "patient": patient})
            for discrepancy in self.page.discrepancies_of(item)
        )

    def refused(self, item: ItemView, _detail: str) -> str:
        where, words = self.refusal
        return REFUSED(words) if where and where == item.id else ""

    def remarks(self, item: ItemView, detail: str) -> str:
        """What is said of it beside its line, and what can be done there without script."""
        said = self.asked(item, detail) if item.form_view.spot in self.spots_asked else ""
        if item.form_view.discrepancies:
            said += self.questions(item, detail)
        return said + self.refused(item, detail) + self.without_script(item, detail)

    def words(self, item: ItemView, detail: str) -> str:
        """What is said of a cell beyond its state, for the row below it; the script has the words of the state."""
        standing = self.page.standing(item)
        is_verified = standing is not None and standing.verification is not None
        may_be_asked = self.refusal[0] or item.form_view.spot in self.spots_asked
        if not (is_verified or may_be_asked or self.since.found):
            return ""
        said = self.since_visit(item, detail) + self.asked(item, detail) + self.refused(item, detail)
        return WORDS(SafeString(self.verdict(item, detail) + said)) if said or is_verified else ""

    def without_script(self, item: ItemView, _detail: str) -> str:
        standing, page = self.page.standing(item), self.page
        if standing is None or not (page.may_verify or page.may_query):
            return ""
        queries = page.queries_of(item)
        if page.may_verify and page.may_query and not queries:
            ask = _address("open-query", standing.entry, item.name)
            if standing.state in ("to-verify", "off-plan"):
                return WITHOUT_SCRIPT(_address("verify", standing.entry, item.name), ask)
            if standing.is_own:
                return WITHOUT_SCRIPT_UNDO(self._undo(standing), ask)
            if standing.state == "":
                return WITHOUT_SCRIPT_ASK(ask)
        context = {
            "standing": standing,
            "queries": queries,
            "may_verify": page.may_verify,
            "may_query": page.may_query,
        }
        return get_template("monitoring/sdv/_without_script.html").render(context)


def _against(made: Verification) -> str:
    """Which source copy it was made against, and what became of that since."""
    if made.since_then:
        return f" {AGAINST_SINCE(made.against, made.since_then)}"
    return f" {AGAINST(made.against)}" if made.against else ""
