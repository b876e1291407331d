"""What a person chose to be told of by mail."""

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.notices.models import HowOften, MailChoice


def choice_of(user: User) -> HowOften:
    """How often the person gets the list of visits; each week, unless something else was chosen."""
    row = MailChoice.objects.filter(user=user).first()
    return HowOften(row.visits) if row else HowOften.WEEKLY


def choose(user: User, visits: HowOften) -> None:
    """Keep the choice; it belongs to the person, in all roles and at all sites."""
    with acting(Actor(str(user.pk), user.username)):
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two windows take turns
        row = MailChoice.objects.filter(user=user).first()
        if row is None:
            MailChoice.objects.create(user=user, visits=visits)
        elif row.visits != visits:
            row.visits = visits
            row.save(update_fields=["visits"])
