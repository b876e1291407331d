"""What the frame of every page says of Help: where it leads, and whom to ask."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from ecrf.help.manual.chapters import MARKDOWN
from ecrf.help.topics.pages import topic_of

NOBODY_NAMED = gettext_lazy("the administrator of this study")

register = template.Library()


@register.simple_tag(takes_context=True)
def help_address(context: dict[str, Any]) -> str:
    """The help of the page that is shown, or the contents where it has none."""
    match = getattr(context.get("request"), "resolver_match", None)
    topic = topic_of(match.view_name) if match else None
    return reverse("help-page", args=[topic.key]) if topic else reverse("help")


@register.simple_tag
def who_to_ask() -> SafeString:
    """In the operator's words (HELP_CONTACT), addresses of mail and pages as links."""
    return SafeString(urlize(settings.HELP_CONTACT or str(NOBODY_NAMED), nofollow=True, autoescape=True))


@register.filter
def marked(text: str | Promise) -> SafeString:
    """A line with Markdown's bold and code. The lines are the product's own, and Markdown's HTML is off."""
    return SafeString(MARKDOWN.renderInline(str(text)))
