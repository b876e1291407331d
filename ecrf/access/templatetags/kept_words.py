"""What is stored in English, on pages: there in every template, as `translate` is."""

from django import template

from ecrf.access.kept_words import actor_as_read, as_read, reason_as_read

register = template.Library()


@register.filter
def kept_words(kept: str | None) -> str:
    """A sentence of the product's, as the reader's language says it."""
    return as_read(kept) if kept else ""


@register.filter
def reason_words(reason: str | None) -> str:
    """A reason as the reader's language says it, where it was chosen and not written."""
    return reason_as_read(reason) if reason else ""


@register.filter
def actor_words(name: str | None) -> str:
    """Who did it: the user name, or that it was the product itself."""
    return actor_as_read(name) if name else ""
