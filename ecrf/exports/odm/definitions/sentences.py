"""What an ODM file says itself, around the words of the trial: in English, and in the languages of its edition."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.exports.odm.flags import FlagType
from ecrf.forms.crf import MissingReason

YES = pgettext_lazy("answer", "Yes")
NO = pgettext_lazy("answer", "No")
YES_OR_NO = gettext_lazy("Yes or no")
WHY_NO_VALUE = gettext_lazy("Why there is no value")
ANNOTATIONS = gettext_lazy("What an annotation is about")
FORMER_ANSWER = gettext_lazy("{code} (no longer among the answers)")
FORMER_ITEM = gettext_lazy("{name} (no longer asked)")
FORMER_EVENT = gettext_lazy("{oid} (no longer in the schedule)")
NO_VISIT = gettext_lazy("Forms of no visit")
REASON_OF = gettext_lazy("{label}: why there is no value")
COMMENT_OF = gettext_lazy("{label}: what was written about the missing value")
ASKED_ONLY = gettext_lazy("Not asked: it is asked only {words}")
CALCULATED = gettext_lazy("Calculated: {rule}")
OF_ITEM = gettext_lazy("{form}: {item}")


def phrases() -> Iterator[Promise]:
    """All of them: what an edition keeps the translations of."""
    yield from (words for words in globals().values() if isinstance(words, Promise))
    yield from (label for _code, label in MissingReason.choices if isinstance(label, Promise))
    for kind in FlagType:
        yield from (kind.title, *kind.values.values())
