"""Words that stand beside each other, joined as the reader's language writes it: Japanese and Chinese have signs of
their own width. What is stored is joined under `in_master`, and so in English."""

from django.utils.translation import gettext


def headed(head: object, words: object) -> str:
    """`Week 4: missed`."""
    return gettext(": ").join((str(head), str(words)))


def in_a_row(*words: object) -> str:
    """`01-001, Week 4`; those that are empty are left out."""
    return gettext(", ").join(str(one) for one in words if one)
