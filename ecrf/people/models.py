"""What administrators decide together or at intervals, and what was unusual in the log of logins."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.audit.triggers import audited


class AdministratorAct(models.TextChoices):
    GIVE = "give", pgettext_lazy("what an administrator asks to do", "give the administrator role")
    END = "end", pgettext_lazy("what an administrator asks to do", "end the administrator role")
    ADDRESS = "address", pgettext_lazy("what an administrator asks to do", "change the e-mail address")
    FACTOR = "factor", pgettext_lazy("what an administrator asks to do", "take the second factor away")


class ConsentOutcome(models.TextChoices):
    CONSENTED = "consented", pgettext_lazy("outcome of a request", "consented")
    REFUSED = "refused", pgettext_lazy("outcome of a request", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("outcome of a request", "withdrawn")


@audited()
class AdministratorRequest(models.Model):
    """One administrator asks that somebody gets or loses the administrator role, or that what opens the account of who
    administers or signs is changed; another one consents or refuses."""

    act = models.CharField(max_length=10, choices=AdministratorAct)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="administrator_requests")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    email = models.EmailField(null=True, help_text="The new address; empty: none any more")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=ConsentOutcome, null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision_reason = models.CharField(max_length=500, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "act"],
                condition=models.Q(outcome__isnull=True),
                name="administrator_request_once",
                violation_error_message=gettext_lazy(
                    "This is asked for already, and waits for another administrator."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(outcome__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="administrator_request_decided_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | models.Q(outcome=ConsentOutcome.WITHDRAWN)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="administrator_request_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(act=AdministratorAct.ADDRESS) | models.Q(email__isnull=True),
                name="administrator_request_email_of_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.user}"


@audited()
class AccessReview(models.Model):
    """Everybody's roles looked through at one time. Those that were held when it began are confirmed or ended."""

    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(finished_at__isnull=True), name="access_review_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, finished_by__isnull=True)
                | models.Q(finished_at__isnull=False, finished_by__isnull=False),
                name="access_review_finished_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Access review of {self.begun_at:%Y-%m-%d}"


@audited(append_only=True)
class AccessDecision(models.Model):
    """What was decided on one role in a review, with what was known of its person then."""

    review = models.ForeignKey(AccessReview, models.PROTECT, related_name="decisions")
    membership = models.ForeignKey("access.Membership", models.PROTECT, related_name="decisions")
    is_confirmed = models.BooleanField(help_text="No: it was ended")
    reason = models.CharField(max_length=500, null=True, help_text="Why it was ended")
    full_name = models.CharField(max_length=200, help_text="Of the person, as it was then")
    last_login = models.DateTimeField(null=True, help_text="Of the person, before the decision")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "membership"], name="access_decision_once"),
            models.CheckConstraint(
                condition=models.Q(is_confirmed=True) | models.Q(reason__isnull=False),
                name="access_decision_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {'confirmed' if self.is_confirmed else 'ended'}"


@audited(append_only=True)
class AccessListExport(models.Model):
    """A list of who had access was taken along as a file: by whom, of which day."""

    day = models.DateField()
    site = models.ForeignKey(
        "access.Site", models.PROTECT, null=True, related_name="+", help_text="Empty: all"
    )
    lines = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Access on {self.day}, {self.lines} lines"


class PageCount(models.Model):
    """How many pages a person asked for in one hour, about: what a process has not yet written is lost with it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    hour = models.DateTimeField(help_text="Its beginning")
    pages = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hour"], name="page_count_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.pages} in the hour from {self.hour:%Y-%m-%d %H:%M}"


class UnusualAccess(models.Model):
    """Something in the log of logins that a rule calls unusual. Found from the log, and told to administrators once."""

    rule = models.CharField(max_length=20)
    identity = models.CharField(max_length=200, unique=True, help_text="What is found again is told once")
    username = models.CharField(max_length=150, help_text="As in the log of logins")
    at = models.DateTimeField()
    words = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="unusual_access_when")]

    def __str__(self) -> str:
        return f"{self.username}: {self.words}"
