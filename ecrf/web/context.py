"""What the frame of every page needs."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ecrf import __version__
from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account.sso.proof import confirms_at_provider
from ecrf.delegation.inspectors import inspector
from ecrf.forms.protocol import protocol


def about(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page needs."""
    user = getattr(request, "user", None)
    roles = [Role(each.role).label for each in user.current_memberships] if isinstance(user, User) else []
    return {
        "study": protocol().short_title,
        "study_title": protocol().title,
        "user_roles": ", ".join(dict.fromkeys(roles)),
        "synthetic_data": settings.SYNTHETIC_DATA,
        "version": __version__,
        "has_outcomes": bool(protocol().outcomes),
        "reads_only": inspector(request) is not None,
        "languages": settings.LANGUAGES,
        "idle_minutes": settings.IDLE_MINUTES,
        "sso_name": settings.OIDC_NAME,
        # Asked where something is signed only.
        "confirms_elsewhere": SimpleLazyObject(lambda: isinstance(user, User) and confirms_at_provider(user)),
        "has_mailbox": settings.MAIL.is_mailbox,
    }
