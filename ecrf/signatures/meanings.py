"""What a signature means: stored in the words in which it was signed, and shown in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy

from ecrf.access.language import in_every_language
from ecrf.signatures.models import SignatureScope

MEANINGS: dict[str, Promise] = {
    SignatureScope.FORM: gettext_lazy(
        "I have reviewed the data of this form and confirm that they are accurate and complete as far as I know,"
        " and agree with the source."
    ),
    SignatureScope.VISIT: gettext_lazy(
        "I have reviewed the data of this visit and confirm that they are accurate and complete as far as I know,"
        " and agree with the source."
    ),
    SignatureScope.CASEBOOK: gettext_lazy(
        "I have reviewed all data of this patient and confirm that they are accurate and complete as far as I know,"
        " and agree with the source."
    ),
}
"""Kept in the language in which it was shown: what the person has signed."""


def meaning_words(signed: str) -> str:
    """In the reader's language, and beside it as it was signed, where that was in another. A meaning that is worded
    otherwise today is shown as it was signed alone."""
    meaning, language = _signed_in(signed)
    if meaning is None or str(meaning) == signed:
        return signed
    words = gettext("%(meaning)s (signed in %(language)s: %(signed)s)")
    return words % {
        "meaning": meaning,
        "language": get_language_info(language)["name_translated"],
        "signed": signed,
    }


def _signed_in(signed: str) -> tuple[Promise | None, str]:
    for language in in_every_language():
        for meaning in MEANINGS.values():
            if str(meaning) == signed:
                return meaning, language
    return None, ""
