"""Draws the rows of the story's table, of snippets: each moment with its values and the way to where it was entered."""

from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from ecrf.casebook.story import Assessment, Dose, Event, Moment, Series, Source, Story, Window
from ecrf.forms.skeleton import Snippet

register = template.Library()

MOMENT = Snippet(
    *("casebook/story/moment.html", "kind", "day", "attributes", "on", "week", "title", "cells", "detail")
)
TITLE = Snippet("casebook/story/title.html", "address", "title")
OF_ASSESSMENT = Snippet("casebook/story/of_assessment.html", "since")
OF_EVENT = Snippet(
    *("casebook/story/of_event.html", "until", "sure_from", "sure_to", "severity", "serious", "open")
)
OF_NEXT = Snippet("casebook/story/of_next.html", "opens", "closes", "overdue")
OF_DOSE = Snippet("casebook/story/of_dose.html", "given", "unit", "lots", "at")
NONE = Snippet("casebook/story/none.html")
FIRST = Snippet("casebook/story/first.html", "series", "value", "change", "words")
MOVED = Snippet("casebook/story/moved.html", "series", "value", "change", "words")
FELL = Snippet("casebook/story/fell.html", "series", "value", "change", "words")


@register.simple_tag(takes_context=True)
def story_moments(context: template.Context, story: Story) -> SafeString:
    """A row for each moment, with the values of each measure."""
    return SafeString("".join(_row(context, story, moment) for moment in story.drawn))


def _row(context: template.Context, story: Story, moment: Moment) -> SafeString:
    address = _address(context, moment.source)
    title = TITLE(address, moment.title) if address else moment.title
    cells = SafeString("".join(_cell(moment, each) for each in story.series))
    about = moment.kind, str(moment.day), _attributes(moment), moment.on, moment.week
    return MOMENT(*about, title, cells, moment.detail)


def _attributes(moment: Moment) -> SafeString:
    """What the figure is drawn from, beside the values."""
    match moment:
        case Assessment():
            return OF_ASSESSMENT(_number(moment.since_dose))
        case Event():
            days = str(moment.until), str(moment.sure_from), str(moment.sure_to)
            return OF_EVENT(
                *days,
                moment.severity.lower(),
                SafeString("data-serious" if moment.serious else ""),
                SafeString("data-open" if moment.is_open else ""),
            )
        case Window():
            overdue = SafeString("data-overdue" if moment.overdue else "")
            return OF_NEXT(str(moment.opens), str(moment.closes), overdue)
        case Dose():
            given, lots = _number(moment.given), ", ".join(moment.lots)
            return OF_DOSE(given, moment.unit, lots, moment.source.visit_code)
    return SafeString("")


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _cell(moment: Moment, series: Series) -> SafeString:
    point = moment.point(series) if isinstance(moment, Assessment) else None
    if point is None:
        return NONE()
    cell = FELL if point.fell else MOVED if point.change_words else FIRST
    return cell(
        series.key, str(point.value), str(0 if point.change is None else point.change), point.change_words
    )


def _address(context: template.Context, source: Source) -> str:
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
