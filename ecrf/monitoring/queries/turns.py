"""Whose turn a query is, as the pages of the review say it: each of these is a whole text in every language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.queries.models import Turn

HEADINGS: dict[str, Promise] = {
    Turn.SITE: gettext_lazy("Site's turn"),
    Turn.MONITOR: gettext_lazy("Monitor's turn"),
    Turn.DATA_MANAGER: gettext_lazy("Data manager's turn"),
    Turn.SAFETY: gettext_lazy("Safety's turn"),
    Turn.ANYBODY: gettext_lazy("Anybody's turn"),
    Turn.NOBODY: pgettext_lazy("state of a query", "Closed"),
}
WORDS: dict[str, Promise] = {
    Turn.SITE: gettext_lazy("site's turn"),
    Turn.MONITOR: gettext_lazy("monitor's turn"),
    Turn.DATA_MANAGER: gettext_lazy("data manager's turn"),
    Turn.SAFETY: gettext_lazy("safety's turn"),
    Turn.ANYBODY: gettext_lazy("anybody's turn"),
    Turn.NOBODY: pgettext_lazy("state of a query", "closed"),
}
AT_ITEM: dict[str, Promise] = {
    Turn.SITE: gettext_lazy("site’s turn"),
    Turn.MONITOR: gettext_lazy("monitor’s turn"),
    Turn.DATA_MANAGER: gettext_lazy("data manager’s turn"),
    Turn.SAFETY: gettext_lazy("safety’s turn"),
    Turn.ANYBODY: gettext_lazy("anybody’s turn"),
    Turn.NOBODY: pgettext_lazy("state of a query", "closed"),
}
NAMES: dict[str, Promise] = {
    Turn.SITE: pgettext_lazy("whose turn a query is", "site"),
    Turn.MONITOR: pgettext_lazy("whose turn a query is", "monitor"),
    Turn.DATA_MANAGER: pgettext_lazy("whose turn a query is", "data manager"),
    Turn.SAFETY: pgettext_lazy("whose turn a query is", "safety"),
    Turn.ANYBODY: pgettext_lazy("whose turn a query is", "anybody"),
    Turn.NOBODY: pgettext_lazy("state of a query", "closed"),
}
