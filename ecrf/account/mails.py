"""The mails that this app asks for, in one place. They are queued in the transaction of what they tell of."""

from ecrf.access.models import User
from ecrf.account.models import SecretLink


def send_link(link: SecretLink, *, address: str = "") -> None:
    """Queue the mail with this link; to `address` in place of the account's own."""


def tell_changed(user: User, what: str, *, address: str = "") -> None:
    """Queue the mail that tells a person of a change of the own account."""
