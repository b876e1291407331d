"""Helps the story's table: a measure's value at a moment, and the address of what the moment tells of."""

from typing import Any

from django import template
from django.urls import reverse

from ecrf.casebook.story import Assessment, Moment, Series, Source, StoryPoint

register = template.Library()


@register.simple_tag
def point_of(moment: Moment, series: Series) -> StoryPoint | None:
    """The value of one measure at this moment."""
    return moment.point(series) if isinstance(moment, Assessment) else None


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
