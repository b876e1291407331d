"""Delegations and trainings for tests."""

from datetime import date

from ecrf.access.delegation import Delegation
from ecrf.access.models import Site, User
from ecrf.access.training import TrainingDocument, TrainingKind
from ecrf.audit.actor import SYSTEM, acting
from ecrf.signatures.signers import confirm_identity


def known(user: User) -> User:
    """With an identity that somebody has made sure of."""
    confirm_identity(user=user, confirmed_by="Synthetic manager", how="Invented", by=SYSTEM, source="test")
    return user


def keeps_log(site: Site, from_on: date | None = None) -> Site:
    with acting(SYSTEM, source="test"):
        site.delegation_from = from_on or date(2020, 1, 1)
        site.save()
    return site


def given(site: Site, user: User, task: str, by: User, **more) -> Delegation:
    more = {"starts_on": date(2020, 1, 1), "signed_as": "Synthetic investigator", **more}
    with acting(SYSTEM, source="test"):
        return Delegation.objects.create(site=site, user=user, task=task, delegated_by=by, **more)


def a_training(*roles: str, key: str = "manual", version: str = "1", **more) -> TrainingDocument:
    more = {"title": "Site manual", "text": "First.\n\nSecond.", "kind": TrainingKind.READING, **more}
    with acting(SYSTEM, source="test"):
        TrainingDocument.objects.filter(key=key, is_current=True).update(is_current=False)
        return TrainingDocument.objects.create(key=key, version=version, roles=list(roles), **more)


def fresh(user: User) -> User:
    """As the next request loads the person."""
    return User.objects.get(pk=user.pk)
