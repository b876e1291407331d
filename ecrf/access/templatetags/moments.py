"""`{{ at|moment:zone }}`: a moment with its zone, there in every template."""

from datetime import UTC, datetime, tzinfo

from django import template

from ecrf.access.moments import moment_words

register = template.Library()


@register.filter
def moment(at: datetime | None, zone: tzinfo = UTC) -> str:
    """In this zone; `{{ at|moment }}` in UTC. Nothing of none."""
    return moment_words(at, zone) if at else ""
