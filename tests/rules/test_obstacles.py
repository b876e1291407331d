"""Every address × what can be in the way of a role: who may not work at the moment reads all and changes nothing."""

from datetime import date, timedelta
from html import unescape
from types import SimpleNamespace

import pytest

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.access.training import TrainingDocument
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from tests.conftest import make_user
from tests.rules.test_access import ROLES, TABLE, _world, ask, browser, row_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("R-070"),
    pytest.mark.requirement("R-074"),
    pytest.mark.requirement("R-080"),
]

NOTHING_BUT_ACTS = {
    *("sign-visit", "sign-form", "sign-casebook", "make-appointment", "move-appointment"),
    *("strike-visit", "strike-patient", "restore-visit", "restore-patient", "restore-form"),
    *("move", "move-look", "ask-monitor"),
    *("add-patient-file", "new-file-version", "add-site-document", "import-mapping"),
}
"""Pages of nothing but the act: they are refused whole, and no link leads there."""
NO_WORK = {
    *("login", "log-in-again", "logout", "calendar-addresses", "revoke-calendar", "read-training"),
    *("new-import", "import-rows-csv", "verify-compared"),  # refused by what is sent: see tests/ecrf/imports
    *("patient-trail-csv", "site-trail-csv", "trail-review-csv", "trail-review-all-csv"),
    *(
        "make-site-copy",
        "make-handed-over",
        "cancel-export",
        "download-export",
        "confirm-receipt",
        "casebook-files",
    ),
    *("delegation", "begin-delegation-log", "end-delegation"),
    *(
        "second-factor",
        "passkey-login",
        "forgotten-password",
        "invitation",
        "reset",
        "new-address",
        "declaration",
    ),
    *(
        "change-password",
        "change-address",
        "own-language",
        "own-keys",
        "choose-language",
        "end-session",
        "session",
        "add-authenticator",
        "remove-authenticator",
    ),
    *(
        "add-passkey",
        "remove-passkey",
        "recovery-codes",
        "recovery-codes-kept",
        "mail-choices",
        "confirm-letter",
    ),
    *("grid-columns", "grid-csv", "listing-csv", "keep-listing", "change-listing", "delete-listing"),
}
"""What changes none of the site's data: one's own account, what is taken out, the investigator's log, letters."""


def _of_sites(name: str) -> bool:
    return not name.startswith("monitor:") and bool(TABLE[name][1])


def not_delegated(site: Site) -> str:
    site.delegation_from = site.today()
    site.save()
    return "The delegation log of site 01 does not give you the task"


def not_trained(site: Site) -> str:
    roles = ["investigator", "sub-investigator", "coordinator"]
    TrainingDocument.objects.create(key="manual", version="2", title="Site manual", text="Read.", roles=roles)
    return "You have not confirmed your training “Site manual, version 2”. You find it on the page Training."


def not_active(site: Site) -> str:
    site.active_from = site.today() + timedelta(days=1)
    site.save()
    return f"Site 01 is not active yet: it is from {site.active_from} on."


def closed(site: Site) -> str:
    site.closed_on = site.today()
    site.save()
    return f"Site 01 was closed on {site.closed_on}"


@pytest.fixture
def own(site, investigator):
    return _world(site, investigator)


def _methods(name: str) -> list[str]:
    return [method for method in TABLE[name][0].split() if method in ("GET", "POST")]


def _wrong(where: SimpleNamespace, role: str, user: User, words: str) -> list[str]:
    """Where the person gets, or leaves behind, something else than the rule says."""
    client, found = browser(user), []
    for name in filter(_of_sites, TABLE):
        url, data = ask(name, where)
        usual = row_of(name, 1)[role]
        for method in _methods(name):
            if name in NO_WORK or usual in ("403", "404"):
                continue
            before = AuditEvent.objects.count()
            answer = client.post(url, data) if method == "POST" else client.get(url)
            status, text = (
                str(answer.status_code),
                "" if answer.streaming else unescape(answer.content.decode(errors="replace")),
            )
            if answer.streaming:
                b"".join(answer)
            is_refused = method == "POST" or name in NOTHING_BUT_ACTS
            if status != ("403" if is_refused else usual):
                found.append(f"{role}: {method} {name} gave {status}")
            elif is_refused and words not in text:
                found.append(f"{role}: {method} {name} does not say: {words}")
            if AuditEvent.objects.count() != before:
                found.append(f"{role}: {method} {name} wrote something")
    return found


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize("obstacle", [not_delegated, not_trained, not_active, closed])
def test_who_may_not_work_now_reads_all_changes_nothing_and_is_told_why(
    obstacle, own, coordinator, investigator, sub_investigator
):
    # Who keeps the log needs no line in it.
    signs = (
        ("sub_investigator", sub_investigator)
        if obstacle is not_delegated
        else ("investigator", investigator)
    )
    people = dict([("coordinator", coordinator), signs])
    with acting(SYSTEM, source="test"):
        words = obstacle(own.site)
    wrong = [line for role, user in people.items() for line in _wrong(own, role, user, words)]
    assert wrong == [], "; ".join(wrong)


OVER = {"ends_on": date(2001, 1, 1)}
TO_COME = {"starts_on": date(2098, 1, 1)}


@pytest.mark.requirement("R-076")
@pytest.mark.parametrize("dates", [OVER, TO_COME], ids=["over", "to come"])
def test_role_that_is_over_or_to_come_opens_what_no_role_opens(dates, own, coordinator):
    nobody = make_user("nobody", Role.INVESTIGATOR)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator).update(**dates)
    for user in (coordinator, nobody):
        client, found = browser(user), []
        for name in filter(_of_sites, TABLE):
            method = _methods(name)[0]
            if name in ("login", "logout", "log-in-again"):
                continue
            url, data = ask(name, own)
            answer = client.post(url, data) if method == "POST" else client.get(url)
            wanted = TABLE[name][1].split()[ROLES.index("nobody")]
            found += [] if str(answer.status_code) == wanted else [f"{name} gave {answer.status_code}"]
        assert found == []


def test_whatever_can_be_sent_is_work_or_named_as_none():
    assert set(TABLE) >= NO_WORK | NOTHING_BUT_ACTS
