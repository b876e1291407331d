"""Why a completed value is changed: the usual reasons, offered beside free text. One that is pressed is stored in
English and read in each reader's language, by its context "reason" (ecrf/access/kept_words)."""

from django.utils.translation import pgettext_lazy

REASONS = (
    pgettext_lazy("reason", "Transcription error"),
    pgettext_lazy("reason", "Source was corrected"),
    pgettext_lazy("reason", "New information"),
    pgettext_lazy("reason", "Entered for the wrong item or visit"),
)
