"""What a page says of a session."""

from django import template
from django.utils.translation import gettext
from ua_parser import parse

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """Return a browser and its system as a person calls them, like "Firefox, Windows"."""
    known = parse(user_agent)
    parts = [part.family for part in (known.user_agent, known.os) if part]
    return ", ".join(parts) or gettext("unknown browser")
