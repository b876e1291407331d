"""What the frame of every page needs."""

from django.conf import settings
from django.http import HttpRequest

VERSION = "0.1.0"


def about(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page needs."""
    return {
        "synthetic_data": settings.SYNTHETIC_DATA,
        "version": VERSION,
        "idle_minutes": settings.IDLE_MINUTES,
    }
