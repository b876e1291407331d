"""With which words an item's value is refused before it reaches the database."""

from django.utils.translation import gettext_lazy

from ecrf.forms import typed_text

TOO_LARGE = gettext_lazy("A number as long as this cannot be stored. Check what was typed.")
OF_NUMBERS = {
    "invalid": typed_text.NO_NUMBER,
    "max_digits": TOO_LARGE,
    "max_whole_digits": TOO_LARGE,
    "max_decimal_places": gettext_lazy("At most %(max)s decimals are kept. Round it as the source does."),
}
NO_ANSWER = {"invalid_choice": gettext_lazy("“%(value)s” is none of the answers. Choose one of them.")}
TOO_LONG = {
    "max_length": gettext_lazy("Longer than %(limit_value)d characters (%(show_value)d). Shorten it.")
}
