"""A form of the visits for which the study has no story of its own: every required item, with its lowest value."""

from typing import Any

from ecrf.forms.registry import CRFS
from trial.synthetic.filled import Filled

TYPED = {"clock": "09:30", "line": "Synthetic", "prose": "Synthetic"}


def plain(crf: str, code: str, day: str) -> Filled:
    """The form at the visit on this day, as typed; what is asked only after another answer is left out."""
    asked = {name: item for name, item in CRFS[crf].entered.items() if item.required and not item.asked_if}
    return Filled(code, crf, {name: _lowest(item, day) for name, item in asked.items()})


def _lowest(item: Any, day: str) -> str:
    if item.kind == "number":
        return str(item.low if item.low is not None else 1)
    if item.kind == "choice":
        return str(item.flatchoices[0][0]) if item.flatchoices else "no"
    return TYPED.get(item.kind, day)
