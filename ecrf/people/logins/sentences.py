"""What is said of unusual access: stored in English, and read in each reader's language (ecrf/access/kept_words)."""

from django.utils.translation import gettext_lazy

FROM_ELSEWHERE = gettext_lazy("Logged in from %(address)s, from where this person never did before.")
AT_NIGHT = gettext_lazy("Logged in at %(time)s on the clock of %(zone)s.")
TRIES = gettext_lazy("%(number)s wrong passwords or codes within an hour, the last from %(address)s.")
TRIES_OF_UNKNOWN = gettext_lazy(
    "%(number)s wrong passwords or codes within an hour, the last from an unknown address."
)
MANY_PAGES = gettext_lazy("More than %(number)s pages in the hour from %(time)s UTC.")
