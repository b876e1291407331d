"""Helps the story's table: the values at a moment, of snippets, and the address of what the moment tells of."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from ecrf.casebook.story import Assessment, Moment, Series, Source
from ecrf.forms.skeleton import Snippet

register = template.Library()

NONE = Snippet("casebook/story/none.html")
FIRST = Snippet("casebook/story/first.html", "series", "value", "change", "words")
MOVED = Snippet("casebook/story/moved.html", "series", "value", "change", "words")
FELL = Snippet("casebook/story/fell.html", "series", "value", "change", "words")


@register.simple_tag
def story_cells(moment: Moment, series: list[Series]) -> SafeString:
    """The value of each measure at this moment, and how it moved."""
    return SafeString("".join(_cell(moment, each) for each in series))


def _cell(moment: Moment, series: Series) -> SafeString:
    point = moment.point(series) if isinstance(moment, Assessment) else None
    if point is None:
        return NONE()
    cell = FELL if point.fell else MOVED if point.change_words else FIRST
    return cell(
        series.key, str(point.value), str(0 if point.change is None else point.change), point.change_words
    )


@register.simple_tag(takes_context=True)
def story_address(context: template.Context, source: Source) -> str:
    """Where it was entered: the site's page, or the monitor's where the page is for reading; empty for none."""
    read_only: Any = context.get("read_only")
    if source.visit_id:
        if read_only:
            return reverse(context["visit_url"], args=[source.visit_id])
        return reverse("visit", args=[context["patient"].number, source.visit_code])
    if not source.entry_id:
        return ""
    if read_only:
        return reverse(context["form_url"], args=[source.entry_id])
    return reverse("log-form", args=[context["patient"].number, source.crf, source.number])
