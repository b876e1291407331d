"""Whose turn a query is, in words for the pages of the review: `site`, `site's turn`."""

from django import template

from ecrf.monitoring.queries import turns

register = template.Library()


@register.filter
def turn_name(turn: str) -> str:
    """`site`; `closed` of a query that is nobody's turn."""
    return str(turns.NAMES[turn])


@register.filter
def turn_words(turn: str) -> str:
    """`site's turn`, inside a line."""
    return str(turns.WORDS[turn])


@register.filter
def turn_heading(turn: str) -> str:
    """`Site's turn`, where a line begins with it."""
    return str(turns.HEADINGS[turn])


@register.filter
def turn_at_item(turn: str) -> str:
    """As `turn_words`, beside an item that is reviewed."""
    return str(turns.AT_ITEM[turn])
