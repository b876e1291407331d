"""Two who take the same thing at the same moment: both found it free, one gets it, the other is told in words."""

import threading

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.roles import Role
from ecrf.access.services import add_site
from ecrf.access.training import TrainingDocument
from ecrf.account.links import address_of, make_link
from ecrf.account.models import LinkKind
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.taken import A_MOMENT_AGO, what_is_taken
from ecrf.delegation.training import services as training
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)

pytestmark = pytest.mark.django_db

ADDRESS = "shared@hospital.example"


def both_look_first(monkeypatch, where: object, name: str) -> None:
    """Nobody writes before both have found that it is free."""
    gate, looks = threading.Barrier(2), getattr(where, name)

    def look(*given, **named):
        found = looks(*given, **named)
        gate.wait(10)
        return found

    monkeypatch.setattr(where, name, look)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def link_to_address(user: User) -> str:
    with acting(SYSTEM, source="test"):
        return address_of(make_link(LinkKind.NEW_ADDRESS, user, user, ADDRESS))


def test_two_owners_take_the_same_address():
    paths = [link_to_address(make_user(name, Role.SAFETY)) for name in ("first", "second", "third")]
    answers = at_once(*[lambda path=path: Client().post(path) for path in paths])
    assert sorted(answer.status_code for answer in answers) == [302, 422, 422]
    refused = [answer for answer in answers if answer.status_code == 422]
    assert all("belongs to another account by now" in words(answer) for answer in refused)
    assert User.objects.filter(email=ADDRESS).count() == 1


def test_administrators_and_owner_take_the_same_address():
    """Also: none of them waits for another in a circle."""
    people = [logged_in(make_user(name, Role.ADMINISTRATOR)) for name in ("one", "two")]
    others = [make_user(name, Role.SAFETY) for name in ("three", "four")]
    path = link_to_address(make_user("owner", Role.SAFETY))
    typed = {"full_name": "Synthetic other", "email": ADDRESS, "reason": "Asked by letter"}
    posts = [
        lambda by=by, of=of: by.post(reverse("correct-person", args=[of.pk]), typed)
        for by, of in zip(people, others, strict=True)
    ]
    answers = at_once(*posts, lambda: Client().post(path))
    assert sorted(answer.status_code for answer in answers) == [302, 422, 422]
    assert User.objects.filter(email=ADDRESS).count() == 1


def test_what_nobody_looked_at_is_said_beside_its_field(monkeypatch):
    """As if the other one had come between the look and the write."""
    monkeypatch.setattr("ecrf.people.accounts.opening.require_free_address", lambda *_given, **_named: None)
    monkeypatch.setattr("ecrf.people.accounts.services.require_free_address", lambda *_given, **_named: None)
    monkeypatch.setattr(User, "full_clean", lambda self: None)
    administrator, other = make_user("administrator", Role.ADMINISTRATOR), make_user("other", Role.SAFETY)
    with acting(SYSTEM, source="test"):
        User.objects.filter(pk=administrator.pk).update(email=ADDRESS)
    typed = {"full_name": "Synthetic other", "email": ADDRESS.upper(), "reason": "Asked by letter"}
    answer = logged_in(administrator).post(reverse("correct-person", args=[other.pk]), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"email": ["This e-mail address belongs to another account."]}
    assert 'value="Synthetic other"' in answer.content.decode()


def test_page_and_command_line_add_the_same_site():
    administrator = make_user("administrator", Role.ADMINISTRATOR)

    def by_command() -> str:
        try:
            add_site(code="07", name="Invented", time_zone="UTC", is_practice=False, by=SYSTEM)
        except Exception as error:
            return type(error).__name__
        return ""

    typed = {"code": "07", "name": "Synthetic hospital", "time_zone": "UTC"}
    page, said = at_once(lambda: logged_in(administrator).post(reverse("add-site"), typed), by_command)
    assert Site.objects.filter(code="07").count() == 1
    assert (page.status_code, said) in ((302, "ValidationError"), (422, ""))


def test_two_administrators_publish_the_same_version(monkeypatch):
    people = [make_user(name, Role.ADMINISTRATOR) for name in ("first", "second")]
    typed = {
        **{"key": "manual", "version": "1", "title": "Manual", "kind": "reading", "text": "Read."},
        **{"roles": ["coordinator"], "sure": "yes"},
    }
    both_look_first(monkeypatch, training, "checked")
    monkeypatch.setattr("ecrf.delegation.training.document_views.checked", training.checked)
    posts = [lambda user=user: logged_in(user).post(reverse("publish-training"), typed) for user in people]
    answers = at_once(*posts)
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert "There is this version already." in words(refused)
    assert TrainingDocument.objects.count() == 1


def test_whatever_else_two_do_at_once_is_told_in_words_and_not_as_a_fault(monkeypatch):
    """A page that looks at nothing itself: the middleware says it."""
    administrator = make_user("administrator", Role.ADMINISTRATOR)

    def twice(user, **_given):
        with acting(SYSTEM, source="test"):
            User.objects.create(username="ADMINISTRATOR")

    monkeypatch.setattr("ecrf.people.accounts.views_acts.services.unlock_account", twice)
    address = reverse("unlock-account", args=[administrator.pk])
    answer = logged_in(administrator).post(address)
    assert answer.status_code == 409
    assert "This user name is taken." in words(answer)
    part = logged_in(administrator).post(address, headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.content.decode()


def test_every_unique_index_of_ours_has_words():
    """Of every table: never those of the framework, and beside the field where it is one."""
    tables = [model._meta.db_table for model in apps.get_models() if model.__module__.startswith("ecrf.")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.relname, i.relname FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid"
            " JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indisunique AND NOT x.indisprimary"
            " AND t.relname = ANY (%s)",
            [tables],
        )
        found = cursor.fetchall()
    assert len(found) > 30
    for table, index in found:
        said = what_is_taken(table, index)
        assert all(words.endswith(".") and "already exists" not in words for words in said.messages), index
    assert what_is_taken("access_user", "email_once_in_any_case").message_dict == {
        "email": ["This e-mail address belongs to another account."]
    }
    assert what_is_taken("access_site", "access_site_code_key").message_dict == {
        "code": ["This code was taken a moment ago. Choose another one."]
    }
    assert what_is_taken("no_such_table", "x").messages == [A_MOMENT_AGO]
