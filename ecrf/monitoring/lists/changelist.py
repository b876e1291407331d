"""How the monitor's lists load: bounded, in a fixed number of statements, searched by patient number only."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ecrf.audit.texts import fold
from ecrf.casebook.models import Entry

ROWS = 50
COUNTED_AT_MOST = 10_000


class FirstRows(Paginator):
    """Counts, and leads, no further than the first 10,000 rows: what lies behind is found by patient number."""

    @cached_property
    def counted(self) -> int:
        return int(self.object_list.order_by()[: COUNTED_AT_MOST + 1].count())  # type: ignore[attr-defined]

    @cached_property
    def count(self) -> int:
        return min(self.counted, COUNTED_AT_MOST)

    @property
    def is_cut(self) -> bool:
        return self.counted > COUNTED_AT_MOST


class ReviewList(ChangeList):
    """One page of a list. `load_columns` of the model's admin adds what they need beside the rows."""

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except IncorrectLookupParameters as error:
            raise Http404 from error
        rows = list(self.result_list)
        self.model_admin.load_columns(rows)  # type: ignore[attr-defined]
        self.result_list = rows  # type: ignore[assignment]
        path = self.model_admin.struck_path  # type: ignore[attr-defined]
        struck = (
            self.queryset.order_by().filter(**{f"{path}__isnull": False}) if path else self.queryset.none()
        )
        self.struck = struck[:COUNTED_AT_MOST].count()
        practice = self.queryset.order_by().filter(self.model_admin.at_practice)  # type: ignore[attr-defined]
        practice = practice.filter(**{f"{path}__isnull": True}) if path else practice
        self.at_practice = practice[:COUNTED_AT_MOST].count()
        self.shown = self.paginator.page(self.page_num if self.multi_page else 1)

    @property
    def standing(self) -> int:
        """How many rows are not struck out."""
        return int(self.result_count) - self.struck

    def url_for_result(self, result: Model) -> str:
        """Our rows have whole numbers for keys: one look for the pattern serves the page."""
        return self._address_before.replace("/0/", f"/{result.pk:d}/")

    @cached_property
    def _address_before(self) -> str:
        return str(super().url_for_result(self.model(pk=0)))

    def address_of_page(self, number: int) -> str:
        return self.get_query_string({PAGE_VAR: number})

    @property
    def previous_url(self) -> str:
        return self.address_of_page(self.page_num - 1) if self.shown.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self.address_of_page(self.page_num + 1) if self.shown.has_next() else ""


def by_number(rows: QuerySet[Any], path: str, typed: str) -> QuerySet[Any]:
    """Those whose patient's number begins with what was typed; the index on the number answers."""
    return rows.filter(**{f"{path}__startswith": fold(typed).upper()}) if typed.strip() else rows


def chip(state: str, words: str) -> SafeString:
    """A status in words, in its hue; `state` is one of our own names. Hundreds stand on a page: no `format_html`."""
    return SafeString(f'<span class="state state-{state}">{conditional_escape(words)}</span>')


def quiet(words: str) -> SafeString:
    return SafeString(f'<span class="quiet">{conditional_escape(words)}</span>')


def struck_through(words: str) -> SafeString:
    return format_html("<s>{}</s>", words)


def open_words(count: int) -> SafeString:
    """How many queries are open."""
    return chip("question", gettext("%(number)d open") % {"number": count}) if count else quiet("–")


def by_visit(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """{visit id: its entries}."""
    entries_by_visit: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.visit_id:
            entries_by_visit[entry.visit_id].append(entry)
    return entries_by_visit


def ids(rows: list[Model]) -> list[int]:
    return [row.pk for row in rows]
