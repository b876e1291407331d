"""Single sign-on is unlinked only from somebody without whom there is an administrator still."""

from ecrf.access.models import User
from ecrf.access.turns import take_turns
from ecrf.people.memberships.rules import require_another_administrator


def require_a_way_in(user: User) -> None:
    """ValidationError if this is the last administrator who can log in, and single sign-on the only way in."""
    take_turns()
    if not User.objects.get(pk=user.pk).has_usable_password():
        require_another_administrator(user)
