"""Days and numbers, as in every language."""

from ecrf.web.formats import *  # noqa: F403
