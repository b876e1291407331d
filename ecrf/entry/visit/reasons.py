"""Why a completed value is changed: the usual reasons, offered beside free text."""

REASONS = (
    "Transcription error",
    "Source was corrected",
    "New information",
    "Entered for the wrong item or visit",
)
