"""Why a completed value is changed: the usual reasons, offered beside free text. Who presses one writes it, in the
language in which it was read."""

from django.utils.translation import pgettext_lazy

REASONS = (
    pgettext_lazy("reason", "Transcription error"),
    pgettext_lazy("reason", "Source was corrected"),
    pgettext_lazy("reason", "New information"),
    pgettext_lazy("reason", "Entered for the wrong item or visit"),
)
