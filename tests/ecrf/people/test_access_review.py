"""The review of access: due at an interval, each role confirmed or ended, kept, printed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.people.models import AccessDecision, AccessReview
from ecrf.people.review.services import begin_review, review_due, to_decide
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-075")]


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def review(administrator, coordinator, monitor) -> AccessReview:
    return begin_review(by=administrator)


def confirm(client, review: AccessReview, *people):
    roles = [person.memberships.get().pk for person in people]
    return client.post(reverse("confirm-access", args=[review.pk]), {"role": roles}, follow=True)


def end(client, review: AccessReview, person, reason: str = "Left"):
    url = reverse("end-access", args=[review.pk, person.memberships.get().pk])
    return client.post(url, {"reason": reason}, follow=True)


def finish(client, review: AccessReview):
    return client.post(reverse("finish-review", args=[review.pk]), follow=True)


def test_review_is_due_so_many_days_after_the_first_role(administrator, settings):
    settings.ACCESS_REVIEW_DAYS = 30
    assert not review_due().is_due
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert review_due().is_due


def test_due_review_stands_on_the_administrators_first_page(admins, administrator, settings):
    settings.ACCESS_REVIEW_DAYS = 30
    with acting(SYSTEM, source="test"):
        administrator.memberships.update(granted_at=timezone.now() - timedelta(days=31))
    assert "due since" in words(admins.get("/people/"))


def test_next_review_is_due_after_the_last_one(admins, administrator, second, browse, settings):
    review = begin_review(by=administrator)
    confirm(admins, review, second)
    confirm(browse(second), review, administrator)
    finish(admins, review)
    review.refresh_from_db()
    assert review.finished_at
    assert review_due().due_at == review.finished_at + timedelta(days=settings.ACCESS_REVIEW_DAYS)


def test_beginning_twice_begins_one(administrator, review, second):
    assert begin_review(by=second) == review


def test_roles_are_confirmed_or_ended_and_the_decision_is_kept(
    admins, administrator, review, coordinator, monitor
):
    confirm(admins, review, monitor)
    end(admins, review, coordinator, "Left the hospital")
    kept = {one.membership.user.username: one for one in AccessDecision.objects.all()}
    assert kept["monitor"].is_confirmed
    assert (kept["coordinator"].is_confirmed, kept["coordinator"].reason) == (False, "Left the hospital")
    assert kept["coordinator"].decided_by == administrator
    assert not coordinator.memberships.get().is_current


def test_decision_is_never_changed(admins, review, monitor):
    confirm(admins, review, monitor)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(SYSTEM, source="test"):
        AccessDecision.objects.update(full_name="Somebody else")


def test_ending_without_a_reason_is_refused(admins, review, coordinator):
    assert end(admins, review, coordinator, "").status_code == 422
    assert coordinator.memberships.get().is_current


def test_ones_own_role_is_for_another_administrator_if_there_is_one(
    admins, administrator, review, second, browse
):
    url = reverse("confirm-access", args=[review.pk])
    own = {"role": administrator.memberships.get().pk}
    assert admins.post(url, own).status_code == 403
    assert "your own" in words(admins.get(reverse("access-review", args=[review.pk])))
    browse(second).post(url, own)
    assert AccessDecision.objects.get().decided_by == second


def test_only_administrator_is_told_what_to_do_about_its_own_role(admins, administrator, review, coordinator):
    page = reverse("access-review", args=[review.pk])
    assert "You are the only administrator" not in words(admins.get(page)), (
        "others are to be decided on first"
    )
    assert confirm(admins, review, administrator).status_code == 403
    assert end(admins, review, administrator).status_code == 403
    confirm(admins, review, *(role.user for role in to_decide(review) if role.user != administrator))
    assert "You are the only administrator" in words(admins.get(page))
    assert 'type="checkbox"' not in admins.get(page).content.decode()
    finish(admins, review)
    review.refresh_from_db()
    assert review.finished_at
    assert not AccessDecision.objects.filter(membership__user=administrator).exists()
    for shown in (page, reverse("print-review", args=[review.pk])):
        assert "not decided on: nobody decides on their own access" in words(admins.get(shown))


def test_own_role_is_not_left_undecided_while_another_administrator_could_decide(
    admins, administrator, review, second, browse
):
    for role in to_decide(review):
        if role.user != administrator:
            confirm(admins, review, role.user)
    assert "not decided on yet" in words(finish(admins, review))
    confirm(browse(second), review, administrator)
    finish(admins, review)
    review.refresh_from_db()
    assert review.finished_at


def test_review_is_not_finished_while_a_role_is_open(admins, review, monitor):
    confirm(admins, review, monitor)
    assert "not decided on yet" in words(finish(admins, review))
    review.refresh_from_db()
    assert review.finished_at is None


def test_role_given_after_the_beginning_waits_for_the_next_review(review, site):
    make_user("later", Role.COORDINATOR, site)
    assert "later" not in [role.user.username for role in to_decide(review)]


def test_role_ended_meanwhile_needs_no_decision_and_is_printed(admins, review, coordinator):
    role = coordinator.memberships.get()
    admins.post(reverse("end-role", args=[coordinator.pk, role.pk]), {"reason": "Other work"})
    assert "coordinator" not in [role.user.username for role in to_decide(review)]
    assert "ended meanwhile: Other work" in words(admins.get(reverse("print-review", args=[review.pk])))


def test_finished_review_is_kept_as_it_was_and_can_be_printed(
    admins, administrator, review, coordinator, monitor, data_manager, browse
):
    confirm(admins, review, coordinator, monitor)
    finish(admins, review)
    data = {"full_name": "Synthetic married", "email": "", "reason": "Married"}
    admins.post(reverse("correct-person", args=[coordinator.pk]), data)
    page = words(browse(data_manager).get(reverse("print-review", args=[review.pk])))
    assert "Synthetic coordinator" in page
    assert "Synthetic married" not in page
    assert "Finished" in page


def test_finished_review_takes_no_decision_more(admins, administrator, review, coordinator, monitor):
    confirm(admins, review, coordinator, monitor)
    finish(admins, review)
    assert "is finished" in words(confirm(admins, review, monitor))


def test_confirming_twice_is_one_decision(admins, review, monitor):
    confirm(admins, review, monitor)
    confirm(admins, review, monitor)
    assert AccessDecision.objects.count() == 1
