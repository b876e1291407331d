"""The era's year and the weekday beside a day, for who reads Japanese."""

from django import template

from ecrf.forms.eras import beside

register = template.Library()
register.filter("era", beside)
