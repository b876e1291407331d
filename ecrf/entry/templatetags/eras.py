"""The era's year and the weekday beside a day, for who reads Japanese."""

from datetime import date

from django import template

from ecrf.forms.eras import beside

register = template.Library()


@register.filter
def era(day: date | None) -> str:
    return beside(day)
