"""The rows of a monitor's list: each column is looked up once a page, where Django's own tag does it once a cell."""

from collections.abc import Callable
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import FieldDoesNotExist
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from ecrf.monitoring.lists.changelist import ReviewList

register = template.Library()


@register.inclusion_tag("monitoring/lists/_rows.html")
def review_rows(cl: ReviewList) -> dict[str, Any]:
    """The heads and the cells of one page of a list."""
    columns = [_column(cl, name) for name in cl.list_display]
    rows = "".join(f"<tr>{''.join(cell(row) for cell in columns)}</tr>" for row in cl.result_list)
    return {"cl": cl, "result_headers": list(result_headers(cl)), "rows": SafeString(rows)}


def _column(cl: ReviewList, name: Any) -> Callable[[Any], SafeString]:
    """What makes a cell of this column; the one that names the row leads to its page."""
    read, empty = _reader(cl, name), cl.model_admin.get_empty_value_display()
    css = f"field-{name.__name__ if callable(name) else name}"
    if name in (cl.list_display_links or ()):
        head = format_html('<th class="{}" scope="row"><a href="', css)
        return lambda row: SafeString(
            f'{head}{conditional_escape(cl.url_for_result(row))}">{_shown(read(row), empty)}</a></th>'
        )
    begin = format_html('<td class="{}">', css)
    return lambda row: SafeString(f"{begin}{_shown(read(row), empty)}</td>")


def _reader(cl: ReviewList, name: Any) -> Callable[[Any], Any]:
    if callable(name):
        return name  # type: ignore[no-any-return]
    try:
        field = cl.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        return getattr(cl.model_admin, name)  # type: ignore[no-any-return]
    return lambda row: display_for_field(getattr(row, name), field, "")  # type: ignore[arg-type]


def _shown(value: Any, empty: str) -> str:
    """What stands in a cell, escaped."""
    return conditional_escape(empty if value is None or value == "" else value)
