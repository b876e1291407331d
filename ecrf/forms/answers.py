"""What one may answer to a question that has answers to choose from."""

from typing import Any

from ecrf.forms.items import YES_NO


def answers_of(item: Any) -> list[tuple[str, str]]:
    """The codes of what one may choose, each as it is said: of a question that takes yes or no, these two. None of an
    item of another kind."""
    if item.kind != "choice":
        return []
    codes = item.flatchoices or [("yes", YES_NO[True]), ("no", YES_NO[False])]
    return [(str(code), str(words)) for code, words in codes]
