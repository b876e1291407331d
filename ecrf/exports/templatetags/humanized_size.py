"""How large a file is, in words."""

from django import template

register = template.Library()


@register.filter
def size_words(size: int | None) -> str:
    """`3.4 MB`; "" for none."""
    if size is None:
        return ""
    number = float(size)
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
