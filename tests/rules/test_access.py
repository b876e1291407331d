"""Every address × every role × an object of the own and of another site, against one table.

Run on the stub protocol; of another one, test_form_access.py asks for what its forms bring.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import reduce
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from ecrf.access.delegation import Delegation
from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Right, Role
from ecrf.access.training import TrainingDocument, TrainingRecord
from ecrf.anchors.configuration import AnchorSettings
from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.models import Anchor
from ecrf.anchors.signed.keys import new_key
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.calendar.services import make_feed
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.services import add_entry
from ecrf.casebook.striking import strike_visit
from ecrf.checks.models import Discrepancy
from ecrf.delegation.inspectors import DOWNLOADS
from ecrf.exports.models import DataCut, Export, ExportKind
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, by_model
from ecrf.listings.models import SavedListing
from ecrf.locks.models import Lock
from ecrf.mail.queue import queue_mail
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits.services import fingerprint
from ecrf.notices.models import SeriousNotice
from ecrf.people.models import AccessReview, AdministratorRequest
from ecrf.queries.models import Query
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.appointments.conftest import book
from tests.ecrf.files.builders import a_copy
from tests.ecrf.imports.conftest import a_file
from tests.ecrf.queries.builders import asked

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-070"), pytest.mark.requirement("R-071")]

ROLES = [
    "investigator",
    "coordinator",
    "monitor",
    "data_manager",
    "safety",
    "statistician",
    "administrator",
    "nobody",
    "anonymous",
]
"""The columns of the table. Two more roles follow from them, by a rule each: see `row_of`."""

ENTRY = "{ok} {ok} 403 403 403 404 404 404 login", "404 404 404 403 403 404 404 404 login"
"""A page where a site enters data. Who has no right on patients is not even told that one exists."""
SIGN = "200 403 403 403 403 404 404 404 login", "404 404 404 403 403 404 404 404 login"
"""Where an investigator signs."""
PRINT = "200 200 200 200 403 404 404 404 login", "404 404 404 200 403 404 404 404 login"
"""What sites and reviewers print of a patient."""
STRIKE = "200 200 403 200 403 404 404 404 login", "404 404 404 200 403 404 404 404 login"
"""Where the site, or a data manager, strikes out and restores: the page that asks."""
EXPORTING = "403 403 403 {ok} 403 {ok} 403 403 login"
"""What is taken out of the whole study."""
SITES_FILE = "{ok} {ok} 404 {ok} 404 404 404 404 login", "404 404 404 {ok} 404 404 404 404 login"
"""A file that a site made: the site's, and of those who export and read patients' data."""
TRANSFER = "403 403 403 200 403 404 404 404 login", "404 404 404 200 403 404 404 404 login"
"""Only a data manager moves a patient to another site."""
WORKSHEET = "200 200 200 200 403 403 403 403 login"
LISTED = "200 200 200 200 200 200 403 403 login"
"""Listings: for who reads anything of patients, each as much as the role reads."""
KEPT = "{ok} 404 404 404 404 404 403 403 login"
"""One that the investigator keeps and shares with nobody."""
ASKS = "403 403 {ok} {ok} {ok} 403 403 403 login"
"""Acts on the rows of a listing: for who asks sites."""
RESULTS = "403 403 403 200 403 200 403 403 login"
"""The results of the whole study: for who takes data out."""
IMPORTING = "200 200 200 200 403 403 403 403 login"
"""Who brings files, to import or to compare them."""
OWN_IMPORT = "200 200 404 200 403 403 403 403 login", "404 404 404 200 403 403 403 403 login"
"""A file that a site imports: its own, and the data manager's."""
SITES_RESULTS = "200 200 200 200 403 200 404 404 login", "404 404 404 200 403 200 404 404 login"
"""Those of a site: for who enters or reviews there too."""
OFF, OFF_INSIDE = " ".join(["404"] * 9), " ".join(["404"] * 8) + " login"
"""Where there is no provider of single sign-on, as here; with one: tests/ecrf/account/sso."""
MAILS = "403 403 403 403 403 403 {ok} 403 login"
"""What has become of every mail: for who manages accounts."""
NO_MAILBOX = "404 404 404 404 404 404 404 404 404"
"""The demo's mailbox: where it is not set, there is no such page."""
SERIOUS = "403 403 200 200 200 404 404 404 login", "404 404 404 200 200 404 404 404 login"
"""A serious event of which safety is told."""
SEEN = SERIOUS[0].replace("200 200 200", "403 403 302"), SERIOUS[1].replace("200 200", "403 302")
"""What safety alone confirms."""
LOG = "200 200 200 200 404 404 200 404 login", "404 404 404 200 404 404 200 404 login"
"""The delegation log of a site: for who reads it, and who sees who had access."""
KEEPING_LOG = "422 403 403 403 404 404 403 404 login", "404 404 404 403 404 404 403 404 login"
"""Only the investigator keeps it."""
COPY = PRINT
"""A source copy: of a form that is no safety log, and of a patient without a serious event."""
CHANGE_COPY = "200 200 403 403 403 404 404 404 login", "404 404 404 403 403 404 404 404 login"
LIST_OF_SITE = "200 200 200 200 403 404 404 404 login", "404 404 404 200 403 404 404 404 login"
SEES_ACCESS = "403 403 403 200 403 403 200 403 login"
FOR_ALL = "200 200 200 200 200 200 200 200 login"


def _entry(ok: int) -> tuple[str, str]:
    own, other = ENTRY
    return own.format(ok=ok), other


# fmt: off
TABLE: dict[str, tuple[str, str, str]] = {
    # name: methods; own site's object; another site's object. Statuses in the order of ROLES.
    "login":           ("GET POST PUT", "302 302 302 302 302 302 302 302 200", ""),
    "log-in-again":    ("GET POST", "200 200 200 200 200 200 200 200 200", ""),
    "sso-log-in":      ("POST", OFF, ""),
    "sso-callback":    ("GET", OFF, ""),
    "sso-back-channel": ("POST", OFF, ""),
    "sso-accept":      ("POST", OFF, ""),
    "sso-confirm":     ("POST", OFF_INSIDE, ""),
    "sso-own":         ("GET POST", OFF_INSIDE, ""),
    "sso-unlink":      ("GET POST", OFF_INSIDE, ""),
    "logout":          ("POST", "302 302 302 302 302 302 302 302 login", ""),
    "today":           ("GET", "200 200 302 302 302 302 302 200 login", ""),
    "second-factor":   ("GET POST", "302 302 302 302 302 302 302 302 302", ""),
    "passkey-login":   ("GET POST", "302 302 302 302 302 302 302 302 200", ""),
    "choose-language": ("POST", " ".join(["302"] * 9), ""),
    "own-language":    ("POST", "302 302 302 302 302 302 302 302 login", ""),
    "own-keys":        ("POST", "302 302 302 302 302 302 302 302 login", ""),
    "forgotten-password": ("GET POST", f"{FOR_ALL[:-5]}200", ""),
    "invitation":      ("GET POST", "410 410 410 410 410 410 410 410 410", ""),
    "reset":           ("GET POST", "410 410 410 410 410 410 410 410 410", ""),
    "new-address":     ("GET POST", "410 410 410 410 410 410 410 410 410", ""),
    "account":         ("GET", FOR_ALL, ""),
    "welcome":         ("GET", "302 302 302 302 302 302 302 302 login", ""),
    "declaration":     ("GET POST", "200 302 302 302 302 302 302 302 login", ""),
    "change-password": ("GET POST", FOR_ALL, ""),
    "change-address":  ("GET POST", FOR_ALL, ""),
    "end-session":     ("POST", "302 302 302 302 302 302 302 302 login", ""),
    "session":         ("GET POST", f"{FOR_ALL[:-5]}401", ""),
    "second-factor-setup": ("GET", FOR_ALL, ""),
    "add-authenticator": ("GET POST", FOR_ALL, ""),
    "remove-authenticator": ("GET POST", "302 302 302 302 302 302 302 302 login", ""),
    "add-passkey":     ("GET POST", FOR_ALL, ""),
    "remove-passkey":  ("GET POST", "404 404 404 404 404 404 404 404 login", ""),
    "recovery-codes":  ("GET POST", FOR_ALL, ""),
    "recovery-codes-kept": ("POST", "302 302 302 302 302 302 302 302 login", ""),
    "checks":          ("GET", FOR_ALL, ""),
    "places":          ("GET", FOR_ALL, ""),
    "help":            ("GET", FOR_ALL, ""),
    "help-first-day":  ("GET", FOR_ALL, ""),
    "help-page":       ("GET", FOR_ALL, ""),
    "help-chapter":    ("GET", FOR_ALL, ""),
    "help-pdf":        ("GET", FOR_ALL, ""),
    "assumptions":     ("GET", FOR_ALL, ""),
    "add-patient":     ("POST", "302 302 403 403 403 403 403 404 login", "404 404 404 403 403 403 403 404 login"),
    "patient":         ("GET", *_entry(200)),
    "visit":           ("GET POST", *_entry(200)),
    "log":             ("GET POST", *_entry(200)),
    "log-form":        ("GET", *_entry(302)),
    "add-log-form":    ("POST", *_entry(302)),
    "open-visit":      ("POST", *_entry(302)),
    "end-patient":     ("GET POST", *_entry(200)),
    "ranges":          ("GET POST", *_entry(200)),
    "end-range":       ("POST", *_entry(302)),
    "withdraw-range":  ("POST", *_entry(302)),
    "item":            ("POST", *_entry(200)),
    "item-history":    ("GET", *_entry(200)),
    "save-with-reason": ("POST", *_entry(200)),
    "carry-over":      ("GET POST", *_entry(200)),
    "leave-form":      ("POST", *_entry(200)),
    "confirm-discrepancy": ("POST", *_entry(200)),
    "sign-visit":      ("GET POST", *SIGN),
    "sign-form":       ("GET POST", *SIGN),
    "sign-casebook":   ("GET POST", *SIGN),
    "strike-visit":    ("GET POST", *STRIKE),
    "strike-patient":  ("GET POST", *STRIKE),
    "move":            ("GET", *STRIKE),
    "move-look":       ("GET POST", *(one.replace("200", "422") for one in STRIKE)),
    "restore-visit":   ("GET POST", *STRIKE),
    "restore-patient": ("GET POST", *STRIKE),
    "struck-visit":    ("GET", *PRINT),
    "struck-form":     ("GET", *PRINT),
    "restore-form":    ("GET POST", *STRIKE),
    "struck-patients": ("GET", "200 200 200 200 403 403 403 403 login", ""),
    "queries":         ("GET", "200 200 403 403 403 403 403 403 login", ""),
    "answer-query":    ("GET POST", *_entry(200)),
    "ask-monitor":     ("GET POST", *_entry(200)),
    "go-on-asking":    ("POST", *_entry(422)),
    "finish-asking":   ("POST", *_entry(422)),
    "grid":            ("GET", WORKSHEET, ""),
    "grid-columns":    ("POST", WORKSHEET.replace("200", "302"), ""),
    "grid-csv":        ("POST", WORKSHEET, ""),
    "listings":        ("GET", LISTED, ""),
    "choose-listing":  ("GET", LISTED, ""),
    "listing":         ("GET", LISTED, ""),
    "ready-listing":   ("GET", LISTED, ""),
    "saved-listing":   ("GET", KEPT.format(ok=200), ""),
    "keep-listing":    ("POST", LISTED.replace("200", "422"), ""),  # without a name
    "change-listing":  ("POST", KEPT.format(ok=422), ""),
    "delete-listing":  ("POST", KEPT.format(ok=302), ""),
    "listing-csv":     ("POST", LISTED, ""),
    "ask-about-rows":  ("POST", ASKS.format(ok=200), ""),
    "mark-rows":       ("POST", ASKS.format(ok=302), ""),
    "take-marks-back": ("POST", ASKS.format(ok=302), ""),
    "calendar":        ("GET", WORKSHEET, ""),
    "calendar-day":    ("GET", WORKSHEET, ""),
    "make-appointment": ("GET POST", *_entry(200)),
    "appointment":     ("GET", *PRINT),
    "move-appointment": ("GET POST", *_entry(200)),
    "miss-appointment": ("POST", *_entry(422)),  # without a reason
    "cancel-appointment": ("POST", *_entry(422)),
    "patient-files":   ("GET", *PRINT),
    "add-patient-file": ("GET POST", *_entry(200)),  # without a page: 422, which a GET shows
    "file":            ("GET", *COPY),
    "new-file-version": ("GET POST", *CHANGE_COPY),
    "strike-file":     ("POST", *(row.replace("200", "422") for row in CHANGE_COPY)),  # without a reason
    "restore-file":    ("POST", *(row.replace("200", "422") for row in CHANGE_COPY)),
    "download-file":   ("GET", *COPY),
    "file-picture":    ("GET", *COPY),
    "confirm-file":    ("POST", *(row.replace("200", "403") for row in COPY)),  # nobody is asked to
    "documents":       ("GET", f"{FOR_ALL[:-9]}403 login", ""),
    "add-document":    ("GET POST", "403 403 403 200 403 403 403 403 login", ""),
    "site-documents":  ("GET", *LIST_OF_SITE),
    "add-site-document": ("GET POST", *_entry(200)),
    "calendar-addresses": ("GET POST", "200 200 200 200 403 403 403 403 login", ""),
    "calendar-feed":   ("GET", "200 200 200 200 200 200 200 200 200", "200 200 200 200 200 200 200 200 200"),
    "transfer-patient": ("GET POST", *TRANSFER),
    "moved-patients":  ("GET", "200 200 200 200 403 403 403 403 login", ""),
    "make-handed-over": ("POST", *(row.format(ok=302) for row in SITES_FILE)),
    "print-casebook":  ("GET", *PRINT),
    "print-visit":     ("GET", *PRINT),
    "print-log":       ("GET", *PRINT),
    "mails":           ("GET", MAILS.format(ok=200), ""),
    "send-mail-again": ("POST", MAILS.format(ok=302), ""),
    "mailbox":         ("GET", NO_MAILBOX, ""),
    "mailbox-message": ("GET", NO_MAILBOX, ""),
    "mailbox-html":    ("GET", NO_MAILBOX, ""),
    "mail-choices":    ("GET POST", FOR_ALL, ""),
    "serious-events":  ("GET", "403 403 200 200 200 403 403 403 login", ""),
    "serious-event":   ("GET", *SERIOUS),
    "confirm-serious-event": ("POST", *SEEN),
    "site-monitoring": ("GET", *PRINT),
    "site-letter":     ("GET", *PRINT),
    "confirm-letter":  ("POST", PRINT[0].replace("200 200 200 200", "302 302 403 403"), PRINT[1].replace("200", "403")),
    "worksheets":      ("GET", WORKSHEET, ""),
    "patient-worksheet": ("GET", *PRINT),
    "worksheet":       ("GET", WORKSHEET, ""),
    "log-worksheet":   ("GET", WORKSHEET, ""),
    "patient-trail":   ("GET", *PRINT),
    "patient-trail-csv": ("POST", *PRINT),
    "site-trail":      ("GET", *PRINT),
    "site-trail-csv":  ("POST", *PRINT),
    "trail-review":    ("GET", *PRINT),
    "trail-review-csv": ("POST", *PRINT),
    "trail-review-all": ("GET", WORKSHEET, ""),
    "trail-review-all-csv": ("POST", WORKSHEET, ""),
    "exports":         ("GET", EXPORTING.format(ok=200), ""),
    "new-cut":         ("GET POST", EXPORTING.format(ok=200), ""),
    "compare-cuts":    ("GET", EXPORTING.format(ok=200), ""),
    "comparison-file": ("POST", EXPORTING.format(ok=200), ""),
    "make-cut-again":  ("GET POST", EXPORTING.format(ok=302), ""),
    "annotated-crf":   ("POST", EXPORTING.format(ok=302), ""),
    "export":          ("GET", *(row.format(ok=200) for row in SITES_FILE)),
    "cancel-export":   ("POST", "302 302 404 403 404 404 404 404 login", "404 404 404 403 404 404 404 404 login"),
    "download-export": ("GET POST", *(row.format(ok=302) for row in SITES_FILE)),
    "confirm-receipt": ("POST", "422 422 404 403 404 404 404 404 login", "404 404 404 403 404 404 404 404 login"),
    "site-copies":     ("GET", *_entry(200)),
    "make-site-copy":  ("POST", *_entry(302)),
    "casebook-files":  ("GET POST", *PRINT),
    "imports":         ("GET", IMPORTING, ""),
    "new-import":      ("GET POST", IMPORTING.replace("200 200 200", "200 200 403"), ""),
    "new-comparison":  ("GET POST", "403 403 200 200 403 403 403 403 login", ""),
    "import-template": ("GET", IMPORTING, ""),
    "import":          ("GET", *OWN_IMPORT),
    "order-import":    ("GET POST", *(row.replace("200", "302") for row in OWN_IMPORT)),
    "look-again-at-import": ("POST", *(row.replace("200", "302") for row in OWN_IMPORT)),
    "put-import-aside": ("POST", *(row.replace("200", "302") for row in OWN_IMPORT)),
    "import-mapping":  ("GET POST", *(row.replace("200", "302") for row in OWN_IMPORT)),  # it is of one form
    "verify-compared": ("POST", *(row.replace("200", "422") for row in OWN_IMPORT)),  # nothing to verify
    "import-rows-csv": ("POST", *OWN_IMPORT),
    "import-file":     ("POST", *OWN_IMPORT),
    "outcomes":        ("GET", RESULTS, ""),
    "outcomes-rows":   ("GET", RESULTS, ""),
    "outcomes-pdf":    ("GET", RESULTS, ""),
    "site-outcomes":   ("GET", *SITES_RESULTS),
    "site-outcomes-rows": ("GET", *SITES_RESULTS),
    "site-outcomes-pdf": ("GET", *SITES_RESULTS),
    "delegation":      ("GET POST", *LOG),
    "print-delegation": ("GET", *LOG),
    "begin-delegation-log": ("POST", *KEEPING_LOG),  # without a day
    "end-delegation":  ("GET POST", *(row.replace("422", "200") for row in KEEPING_LOG)),
    "training":        ("GET", FOR_ALL, ""),
    "read-training":   ("GET POST", "200 404 404 404 404 404 404 404 login", "404 404 404 404 404 404 404 404 login"),
    "training-documents": ("GET", SEES_ACCESS, ""),
    "training-document": ("GET", SEES_ACCESS, ""),
    "training-people-csv": ("GET", SEES_ACCESS, ""),
    "publish-training": ("GET POST", "403 403 403 403 403 403 200 403 login", ""),
    "withdraw-training": ("POST", "403 403 403 403 403 403 422 403 login", ""),  # without a reason
    "audit-state":     ("GET", SEES_ACCESS, ""),
    "audit-anchor":    ("GET", SEES_ACCESS, ""),
    "pages-read":      ("GET", SEES_ACCESS, ""),
    "pages-read-csv":  ("GET", SEES_ACCESS, ""),
    "revoke-calendar": ("POST", "302 404 404 404 404 404 404 404 login", "404 404 404 404 404 404 404 404 login"),
}
# fmt: on
REVIEW = "403 403 200 200 403 403 403 403 login", "403 403 404 200 403 403 403 403 login"
"""A monitor's page of one object."""
REVIEW_SAFETY = REVIEW[0].replace("200 403", "200 200", 1), REVIEW[1].replace("200 403", "200 200", 1)
"""The same where safety reads too."""


def _monitoring() -> dict[str, tuple[str, str, str]]:
    """The monitor's pages: the first one, and a list and a page of every kind of object."""
    table = {"monitor:casebook_referencerange_changelist": ("GET", REVIEW[0], "")}
    acts = REVIEW[0].replace("200", "422"), REVIEW[1].replace("200", "422")  # what is posted cannot stand
    for name in ("ask-query-again", "pass-query-on", "close-query", "reopen-query", "reply-to-site"):
        table[f"monitor:{name}"] = ("POST", *acts)
    # The monitor of the cast, who comes first, has read it.
    read = REVIEW[0].replace("200 200", "302 409"), REVIEW[1].replace("200", "302")
    table["monitor:mark-note-read"] = ("POST", *read)
    table["monitor:open-query"] = ("GET POST", *REVIEW)
    table["monitor:noisy-checks"] = ("GET", REVIEW[0], "")
    table["monitor:my-turn"] = ("GET", REVIEW_SAFETY[0].replace("200", "302"), "")
    for name in ("close-queries", "ask-queries-again"):
        # The query stands on a form that is not open to safety.
        table[f"monitor:{name}"] = ("GET POST", *(row.replace("200 403", "200 404", 1) for row in REVIEW))
    table["monitor:locks"] = ("GET", REVIEW[0], "")
    table["monitor:study-locks"] = ("GET", REVIEW[0].replace("200", "403", 1), "")
    table["monitor:scope-locks"] = ("GET", *REVIEW)
    locks = REVIEW[0].replace("200", "403", 1).replace("200", "422"), REVIEW[1].replace("200", "422")
    for name in ("freeze-scope", "lock-scope", "lift-lock"):
        table[f"monitor:{name}"] = ("POST", *locks)  # without a reason
    for name in ("freeze-study", "lock-study"):
        table[f"monitor:{name}"] = ("POST", locks[0], "")
    table |= {"monitor:index": ("GET", REVIEW_SAFETY[0], ""), "monitor:item-history": ("GET", *REVIEW)}
    for label in ("casebook_patient", "casebook_visit", "casebook_entry", "queries_query"):
        table |= {
            f"monitor:{label}_changelist": ("GET", REVIEW[0], ""),
            f"monitor:{label}_change": ("GET", *REVIEW),
        }
    table["monitor:queries_query_changelist"] = ("GET", REVIEW_SAFETY[0], "")
    for key, definition in CRFS.items():
        own, other = REVIEW_SAFETY if (CRFS[key].row_of or key) in protocol().safety_logs else REVIEW
        label = f"monitor:{definition.model._meta.app_label}_{definition.model._meta.model_name}"
        table |= {f"{label}_changelist": ("GET", own, ""), f"{label}_change": ("GET", own, other)}
    return table


ACT = "403 403 302 403 403 403 403 403 login", "403 403 404 403 403 403 403 403 login"
"""What a monitor does at the own site. A data manager reads there, and does not do it."""


def _visits() -> dict[str, tuple[str, str, str]]:
    """Monitoring visits. The one under way is ended, or its start taken back, before another one is started."""
    acts = ("end", "start", "call-off")
    return {
        "monitor:work-list": ("GET", *REVIEW),
        "monitor:monitoring-visits": ("GET POST", REVIEW[0], ""),
        "monitor:monitoring-visit": ("GET POST", *REVIEW),
        "monitor:take-back-monitoring-start": ("POST", ACT[0].replace("302", "409"), ACT[1]),  # it has ended
        "monitor:finish-monitoring-visit": (
            "POST",
            ACT[0].replace("302", "422"),
            ACT[1],
        ),  # without a password
        **{f"monitor:{act}-monitoring-visit": ("POST", *ACT) for act in acts},
        "monitor:save-monitoring-text": ("POST", *ACT),
        "monitor:draft-monitoring-text": ("POST", *ACT),
        "monitor:print-monitoring-text": ("GET", *REVIEW),
    }


TABLE |= _monitoring() | _visits()
VERIFY = "403 403 {ok} 403 403 403 403 403 login", "403 403 404 403 403 403 403 403 login"
"""What only a monitor of the site does. The form is one that the safety role may not read."""
# fmt: off
TABLE |= {
    "monitor:log":            ("GET", "403 403 200 200 200 403 403 403 login", "403 403 404 200 200 403 403 403 login"),
    "monitor:verify":         ("POST", VERIFY[0].format(ok=409), VERIFY[1]),
    "monitor:ask":            ("POST", *(row.replace("200", "422") for row in REVIEW)),
    "monitor:take-back":      ("POST", VERIFY[0].format(ok=302), VERIFY[1]),
    "monitor:verify-shown":   ("POST", VERIFY[0].format(ok=422), VERIFY[1]),
    "monitor:next-to-verify": ("GET", *(row.replace("200", "302") for row in REVIEW)),
    "monitor:plan":           ("GET POST", REVIEW_SAFETY[0], ""),
    "monitor:plan-effect":    ("POST", "403 403 403 422 403 403 403 403 login", ""),
}
# fmt: on
MANAGE = "403 403 403 403 403 403 {ok} 403 login"
"""What an administrator does. Sites and people are named to nobody else."""
SEE_ACCESS = "403 403 403 200 403 403 200 403 login"
"""Who had access to what: for those whose role says so."""


def _people() -> dict[str, tuple[str, str, str]]:
    """The administrator's pages. What is posted names nothing that could stand (422), or was done before (302)."""
    shown = ("people", "person", "login-log", "unusual-access", "sites", "site", "access-review")
    typed = (
        *("invite", "correct-person", "close-account", "reopen-account", "record-identity"),
        *("give-role", "end-role", "end-access"),
        *("add-site", "correct-site", "activate-site", "close-site", "open-site", "keep-delegation-log"),
    )
    acts = (
        *("send-invitation", "withdraw-invitation", "unlock-account", "end-sessions", "begin-review"),
        *("consent-administrator", "refuse-administrator", "withdraw-administrator"),
        *("confirm-access", "finish-review"),
    )
    lists = ("access", "print-access", "role-matrix", "access-reviews", "print-review")
    return {
        **{name: ("GET", MANAGE.format(ok=200), "") for name in shown},
        **{name: ("GET POST", MANAGE.format(ok=200), "") for name in typed},
        **{name: ("POST", MANAGE.format(ok=302), "") for name in acts},
        "take-second-factor": ("GET POST", MANAGE.format(ok=302), ""),  # the cast has none
        **dict.fromkeys(lists, ("GET", SEE_ACCESS, "")),
        "access-csv": ("POST", SEE_ACCESS, ""),
    }


TABLE |= _people()
METHODS = ("GET", "PUT", "PATCH", "DELETE", "POST")
DIFFERENT: dict[tuple[str, str], tuple[str, str]] = {
    ("sub_investigator", "revoke-calendar"): ("404", "404"),  # the feed is the investigator's own
    ("sub_investigator", "begin-delegation-log"): ("403", "404"),
    ("sub_investigator", "end-delegation"): ("403", "404"),
    ("sub_investigator", "read-training"): ("404", "404"),  # the record is the investigator's own
    **{("inspector", name): ("403", "") for name in ("imports", "import-template")},
    **{("inspector", name): ("403", "403") for name in ("import", "order-import", "import-mapping")},
    ("inspector", "new-comparison"): ("403", ""),
    **{("inspector", name): ("200", "") for name in ("training-documents", "training-document")},
    **{("inspector", name): ("200", "") for name in ("training-people-csv", "pages-read", "pages-read-csv")},
    **{("inspector", name): ("200", "") for name in ("audit-state", "audit-anchor")},
    ("inspector", "login"): ("302", ""),
    ("inspector", "log-in-again"): ("200", ""),
    ("inspector", "logout"): ("302", ""),
    **dict.fromkeys((("inspector", name) for name in ("end-session", "recovery-codes-kept")), ("302", "")),
    **dict.fromkeys(
        (("inspector", name) for name in ("choose-language", "own-language", "own-keys")), ("302", "")
    ),
    **{("inspector", name): ("404", "") for name in TABLE if name.startswith("sso-")},
    **{
        ("inspector", name): ("200", "")
        for name in ("access", "access-reviews", "print-access", "access-csv")
    },
    **{("inspector", name): ("200", "") for name in ("print-review", "role-matrix")},
    ("inspector", "monitor:open-query"): ("403", "404"),
    ("inspector", "monitor:close-queries"): ("403", "403"),
    ("inspector", "monitor:ask-queries-again"): ("403", "403"),
    ("inspector", "monitor:my-turn"): ("403", ""),
    **{
        ("sub_investigator", name): ("404", "")
        for name in ("saved-listing", "change-listing", "delete-listing")
    },
}
"""(role, address): own site, another site; where one of the two roles gets something else than its rule says."""


def row_of(name: str, column: int) -> dict[str, str]:
    """{role: status} of a line of the table, for the own (1) or another site (2).

    A sub-investigator gets what an investigator gets, since the site of the cast keeps its delegation log on paper.
    An inspector reads what a monitor reads, and is refused whatever is sent (403).
    """
    found = dict(zip(ROLES, TABLE[name][column].split(), strict=True))
    by_rule = {
        "sub_investigator": found["investigator"],
        "inspector": found["monitor"] if first_method(name) == "GET" or name in DOWNLOADS else "403",
    }
    for role, status in by_rule.items():
        found[role] = DIFFERENT[role, name][column - 1] if (role, name) in DIFFERENT else status
    return found


def patterns(resolver, space: str = "") -> Iterator[str]:
    """The name of every address, with its namespace; an unnamed one gives its pattern."""
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            yield space + (found.name or str(found.pattern))
        else:
            yield from patterns(found, f"{space}{found.namespace}:" if found.namespace else space)


def _world(site: Site, by: User) -> SimpleNamespace:
    """One object of everything an address can name, at one site."""
    patient = a_patient(site, by)
    visit = a_visit(patient, "W01", by)
    enter(visit, "vital-signs", by, pulse="200")
    actor = by.acting_at(site, Right.ENTER)
    key = uuid.uuid4()
    definition = a_place(patient, "adverse-event").definition
    add_entry(patient=patient, definition=definition, visit=None, parent=None, by=actor, request_key=key)
    discrepancy = Discrepancy.objects.get(entry__patient=patient)
    manager = make_user(f"manager{site.code}", Role.DATA_MANAGER)
    signs = Entry.objects.get(visit=visit, crf="vital-signs")
    query = asked(signs, manager, "Measured again?", item="pulse")
    given = [NewRange(test, "g/L", None, Decimal("16"), "", date(2026, 1, 1)) for test in ("HGB", "WBC")]
    lab_range, wrong_range = add_ranges(site=site, given=given, by=by)
    token, _other = (make_feed(by=by, label="", request_key=uuid.uuid4()) for _ in range(2))
    return SimpleNamespace(
        site=site,
        patient=patient,
        visit=visit,
        discrepancy=discrepancy,
        query=query,
        range=lab_range,
        wrong_range=wrong_range,
        ae_key=key,
        by=by,
        token=token,
        export=_exports(site, by),
        batch=a_file(f"patient,visit,pulse\n{patient.number},W01,70\n", by, site=site),
        feed=by.calendar_feeds.latest("pk"),
        copy=a_copy(patient, by, signs, "pulse"),
        appointment=book(patient, by, code="UNS-1"),
        **_notices(site, by, key),
        delegation=_delegation(site, by),
        training=_training(site, by),
        struck=_struck(patient, by),
        anchor=_anchor(),
    )


def _anchor() -> Anchor:
    with override_settings(ANCHORS=AnchorSettings(keys=(new_key(),))):
        return make_anchor("test")


def _struck(patient: Patient, by: User) -> Visit:
    """A visit that was opened by mistake and is struck out, with its own form."""
    visit = a_visit(patient, "UNS-1", by)
    with acting(by.acting_at(patient.site, Right.ENTER), patient_id=patient.pk):
        ensure_entry(a_place(visit, protocol().visit_form))
    strike_visit(visit=visit, by=by, reason="Opened by mistake")
    return visit


def _notices(site: Site, by: User, ae_key: uuid.UUID) -> dict[str, object]:
    """A mail, a serious event of which safety is told, and a letter of the monitor."""
    now, text = timezone.now(), {"report": "Written", "letter": "Written"}
    with acting(SYSTEM, source="test"):
        letter = MonitoringVisit.objects.create(
            site=site, monitor=by, planned_on=now.date(), how="remote", request_key=uuid.uuid4(), worklist={},
            started_at=now, started_by=by, ended_at=now, ended_by=by, finished_at=now, finished_by=by, **text,
        )  # fmt: skip
        notice = SeriousNotice.objects.create(event=Entry.objects.get(request_key=ae_key))
    mail = queue_mail(to=by, kind="account-changed", context={"what": "Nothing"})
    return {"letter": letter, "notice": notice, "mail": mail}


def _delegation(site: Site, by: User) -> Delegation:
    """A task that its investigator has given to somebody of the site: on a day that is to come."""
    helper = make_user(f"helper{site.code}", Role.COORDINATOR, site)
    with acting(SYSTEM, source="test"):
        return Delegation.objects.create(
            site=site, user=helper, task="enter", starts_on=date(2099, 1, 1), delegated_by=by, signed_as="S"
        )


def _training(site: Site, by: User) -> TrainingDocument:
    """One that the investigator has confirmed and nobody is asked for any more."""
    with acting(SYSTEM, source="test"):
        document = TrainingDocument.objects.create(
            key=f"manual-{site.code}", version="1", title="Manual", text="Read.", roles=[], is_current=False
        )
        TrainingRecord.objects.create(document=document, confirmed_by=by)
    return document


def _exports(site: Site, by: User) -> Export:
    """A copy that the site has asked for, and a data cut named for it."""
    given = {"asked_at": timezone.now(), "asked_by": by}
    with acting(SYSTEM, source="test"):
        made = Export.objects.create(
            kind=ExportKind.DATA_CUT, title=f"Cut{site.code}", request_key=uuid.uuid4(), **given
        )
        DataCut.objects.create(
            name=f"Cut{site.code}", reason="To compare", taken_at=timezone.now(), taken_by=by, positions={},
            description=describe(protocol()).as_json(), selection=Selection().as_json(), formats=["csv"],
            version="0", is_synthetic=True, export=made,
        )  # fmt: skip
        return Export.objects.create(
            kind=ExportKind.SITE_COPY, title="Copy", site=site, request_key=uuid.uuid4(), **given
        )


@pytest.fixture
def own(site, investigator):
    return _world(site, investigator)


@pytest.fixture
def other(other_site, outsider):
    return _world(other_site, outsider)


@pytest.fixture
def cast(site, investigator, coordinator, monitor, data_manager, safety, statistician, administrator):
    people = [investigator, coordinator, monitor, data_manager, safety, statistician, administrator]
    nobody = User.objects.get(pk=make_user("nobody", Role.INVESTIGATOR).pk)
    columns = dict(zip(ROLES, [*people, nobody, None], strict=True))
    more = {role: make_user(role, role.replace("_", "-"), site) for role in ("sub_investigator", "inspector")}
    return columns | more


def ask(name: str, where: SimpleNamespace) -> tuple[str, dict[str, str]]:
    """The address of this name for this site's objects, and what a sensible POST carries."""
    number = where.patient.number
    item = [number, "W01", "vital-signs", "1", "pulse"]
    if name in _visits():
        return _of_a_visit(name, where)
    if name in REVIEWING:
        return REVIEWING[name](where)
    if name in _people():
        return _of_people(name, where), {}
    if name.startswith("monitor:"):
        return _monitors_address(name, where), {"text": "\x00"}
    made: dict[str, Callable[[], tuple[list, dict[str, str]]]] = {
        "sso-accept": lambda: (["1-of-nobody"], {}),
        "help-page": lambda: (["today"], {}),
        "help-chapter": lambda: (["site", "first-day"], {}),
        "help-pdf": lambda: (["others"], {}),
        "sso-unlink": lambda: ([where.by.pk], {}),
        "add-patient": lambda: ([], {"site": where.site.code, "key": str(uuid.uuid4())}),
        "ranges": lambda: ([where.site.code], {}),
        "end-range": lambda: ([where.site.code, where.range.pk], {"valid_to": "2026-06-30"}),
        "withdraw-range": lambda: ([where.site.code, where.wrong_range.pk], {"reason": "Wrong column"}),
        "patient": lambda: ([number], {}),
        "visit": lambda: ([number, "W01"], {}),
        "log": lambda: ([number, "adverse-event"], {}),
        "log-form": lambda: ([number, "adverse-event", 1], {}),
        "add-log-form": lambda: ([number, "adverse-event"], {"key": str(uuid.uuid4())}),
        "open-visit": lambda: ([number, "W04"], {}),
        "end-patient": lambda: ([number, "withdrawal"], {}),
        "item": lambda: ((item, {"value": "200"})),
        "item-history": lambda: (item, {}),
        "save-with-reason": lambda: ([number, "W01"], {}),
        "carry-over": lambda: ([number, "W01", "vital-signs", 1], {}),
        "leave-form": lambda: ([number, "W01", "vital-signs", 1], {}),
        "confirm-discrepancy": lambda: ([where.discrepancy.pk], {"asked": where.discrepancy.identity}),
        "sign-visit": lambda: ([number, "W01"], {}),
        "strike-visit": lambda: ([number, "W01"], {}),
        "strike-patient": lambda: ([number], {}),
        "move": lambda: ([number, "W01"], {}),
        "move-look": lambda: ([number, "W01"], {}),
        "restore-visit": lambda: ([number, where.struck.pk], {}),
        "restore-patient": lambda: ([number], {}),
        "struck-visit": lambda: ([number, where.struck.pk], {}),
        "struck-form": lambda: ([number, where.struck.entries.get().pk], {}),
        "restore-form": lambda: ([number, where.struck.entries.get().pk], {}),
        "sign-form": lambda: ([number, "W01", "vital-signs", 1], {}),
        "sign-casebook": lambda: ([number], {}),
        "answer-query": lambda: ([number, where.query.number], {"text": "\x00"}),
        "audit-anchor": lambda: ([where.anchor.number], {}),
        "calendar-day": lambda: (["2026-12-01"], {}),
        "make-appointment": lambda: ([number], {"visit": "W04"}),
        **dict.fromkeys(
            ("appointment", "move-appointment", "miss-appointment", "cancel-appointment"),
            lambda: ([where.appointment.pk], {}),
        ),
        "ready-listing": lambda: (["visits-outside-windows"], {}),
        **dict.fromkeys(
            ("saved-listing", "change-listing", "delete-listing"),
            lambda: ([_kept_listing(where)], {"main": "adverse-event"}),
        ),
        **dict.fromkeys(
            ("keep-listing", "listing-csv", "ask-about-rows"), lambda: ([], {"main": "adverse-event"})
        ),
        **dict.fromkeys(("patient-files", "add-patient-file"), lambda: ([number], {})),
        **dict.fromkeys(
            ("file", "new-file-version", "strike-file", "restore-file"), lambda: ([where.copy.file_id], {})
        ),
        **dict.fromkeys(("download-file", "confirm-file"), lambda: ([where.copy.pk], {})),
        "file-picture": lambda: ([where.copy.pk, 1], {}),
        **dict.fromkeys(("site-documents", "add-site-document"), lambda: ([where.site.code], {})),
        "go-on-asking": lambda: ([number, _of_site(where).number], {"text": " "}),
        "finish-asking": lambda: ([number, _of_site(where).number], {"text": "\x00"}),
        "calendar-feed": lambda: ([where.token], {}),  # no login asks for it: whoever knows the secret reads
        "transfer-patient": lambda: ([number], {}),
        "make-handed-over": lambda: ([where.export.request_key], {}),
        "print-casebook": lambda: ([number], {}),
        "print-visit": lambda: ([number, "W01"], {}),
        "print-log": lambda: ([number, "adverse-event"], {}),
        "patient-worksheet": lambda: ([number, "W01"], {}),
        "worksheet": lambda: (["W01"], {}),
        "log-worksheet": lambda: (["adverse-event"], {}),
        "patient-trail": lambda: ([number], {}),
        "patient-trail-csv": lambda: ([number], {}),
        "site-trail": lambda: ([where.site.code], {}),
        "site-trail-csv": lambda: ([where.site.code], {}),
        "trail-review": lambda: ([where.site.code], {}),
        "trail-review-csv": lambda: ([where.site.code], {"show": "late"}),
        "trail-review-all-csv": lambda: ([], {"show": "late"}),
        "comparison-file": lambda: ([], {"from": f"Cut{where.site.code}", "to": f"Cut{where.site.code}"}),
        "make-cut-again": lambda: ([f"Cut{where.site.code}"], {}),
        "export": lambda: ([where.export.request_key], {}),
        "cancel-export": lambda: ([where.export.request_key], {}),
        "download-export": lambda: ([where.export.request_key], {}),
        "confirm-receipt": lambda: ([where.export.request_key], {}),
        "import-template": lambda: (["vital-signs"], {}),
        **dict.fromkeys(
            (
                *("import", "order-import", "look-again-at-import", "put-import-aside"),
                *("import-mapping", "verify-compared", "import-rows-csv", "import-file"),
            ),
            lambda: ([where.batch.request_key], {}),
        ),
        "site-copies": lambda: ([where.site.code], {}),
        "make-site-copy": lambda: ([where.site.code], {}),
        "casebook-files": lambda: ([number], {}),
        "outcomes-rows": lambda: (["screened"], {}),
        "site-outcomes": lambda: ([where.site.code], {}),
        "site-outcomes-rows": lambda: ([where.site.code, "screened"], {}),
        "site-outcomes-pdf": lambda: ([where.site.code], {}),
        "delegation": lambda: ([where.site.code], {}),
        "print-delegation": lambda: ([where.site.code], {}),
        "begin-delegation-log": lambda: ([where.site.code], {}),
        "end-delegation": lambda: ([where.site.code, where.delegation.pk], {}),
        "read-training": lambda: ([where.training.pk], {}),
        "training-document": lambda: ([where.training.pk], {}),
        "training-people-csv": lambda: ([where.training.pk], {}),
        "withdraw-training": lambda: ([where.training.pk], {}),
        "revoke-calendar": lambda: ([where.feed.pk], {}),
        **dict.fromkeys(("invitation", "reset", "new-address"), lambda: (["1-wrong"], {})),
        "remove-passkey": lambda: ([0], {}),
        "send-mail-again": lambda: ([where.mail.pk], {}),
        "mailbox-message": lambda: ([1], {}),
        "mailbox-html": lambda: ([1], {}),
        "mail-choices": lambda: ([], {}),
        "serious-event": lambda: ([where.notice.pk], {}),
        "confirm-serious-event": lambda: ([where.notice.pk], {}),
        "site-monitoring": lambda: ([where.site.code], {}),
        "site-letter": lambda: ([where.site.code, where.letter.pk], {}),
        "confirm-letter": lambda: ([where.site.code, where.letter.pk], {}),
    }
    if name == "ask-monitor":
        return f"{reverse(name, args=[number, 'W01'])}?form=vital-signs:1", {"about": "vital-signs:1:pulse"}
    if name in ("listing", "choose-listing"):
        return f"{reverse(name)}?main=adverse-event", {}
    if name in ("mark-rows", "take-marks-back"):
        return reverse(name), {"at": "ready:visits-outside-windows"}
    if name == "compare-cuts":
        return f"{reverse(name)}?from=Cut{where.site.code}&to=Cut{where.site.code}", {}
    arguments, data = made.get(name, lambda: ([], {}))()
    return reverse(name, args=arguments), data


def _kept_listing(where: SimpleNamespace) -> int:
    """A listing that somebody of the site keeps and has not deleted."""
    pairs = [["main", "adverse-event"]]
    kept = SavedListing.objects.filter(made_by=where.by, is_deleted=False).first()
    return (kept or SavedListing.objects.create(name="Kept", made_by=where.by, definition=pairs)).pk


def _of_people(name: str, where: SimpleNamespace) -> str:
    """An administrator's page of the site's own investigator, or of the site."""
    if name in ("people", "invite", "login-log", "unusual-access", "sites", "add-site", "begin-review", "access",
                "print-access", "access-csv", "role-matrix", "access-reviews"):  # fmt: skip
        return reverse(name)
    if "site" in name or name == "keep-delegation-log":
        return reverse(name, args=[where.site.code])
    role = where.by.memberships.get()
    if "-administrator" in name:
        return reverse(name, args=[_request(where, is_own=name.startswith("withdraw")).pk])
    if "review" in name or name.endswith("-access"):
        arguments = [_review(where).pk, *([role.pk] if name == "end-access" else [])]
        return reverse(name, args=arguments)
    return reverse(name, args=[where.by.pk, *([role.pk] if name == "end-role" else [])])


def _request(where: SimpleNamespace, *, is_own: bool) -> AdministratorRequest:
    """What somebody asks of another administrator; `is_own`: what the cast's own has asked."""
    administrator = User.objects.filter(memberships__role=Role.ADMINISTRATOR).first()
    given = {"user": where.by, "act": "end" if is_own else "give", "outcome": None}
    by = administrator if is_own and administrator else where.by
    with acting(SYSTEM, source="test"):
        return AdministratorRequest.objects.get_or_create(
            **given, defaults={"reason": "Asked", "asked_by": by, "asked_at": timezone.now()}
        )[0]


def _review(where: SimpleNamespace) -> AccessReview:
    with acting(SYSTEM, source="test"):
        return AccessReview.objects.filter(finished_at=None).first() or AccessReview.objects.create(
            begun_at=timezone.now(), begun_by=where.by
        )


def _signs(where: SimpleNamespace) -> Entry:
    return Entry.objects.get(visit=where.visit, crf="vital-signs")


def _of_site(where: SimpleNamespace) -> Query:
    """A note that somebody of the site has left."""
    now, last = timezone.now(), Query.every.filter(patient=where.patient).order_by("-number").first()
    with acting(SYSTEM, patient_id=where.patient.pk, source="test"):
        return Query.every.create(
            patient=where.patient, site=where.site, number=last.number + 1, kind="note", entry=_signs(where),
            item="pulse", text_as_asked="As left", turn="anybody", turn_since=now, asked_in="site", opened_at=now,
            opened_by=where.by,
        )  # fmt: skip


def _verified(where: SimpleNamespace) -> int:
    """A verification by whoever monitors the site; of a form in progress, since only its address matters here."""
    by = User.objects.filter(memberships__role=Role.MONITOR).first() or where.by
    with acting(SYSTEM, patient_id=where.patient.pk, source="test"):
        found, _is_new = Verification.objects.get_or_create(
            patient=where.patient,
            site=where.site,
            entry=_signs(where),
            item="pulse",
            defaults={
                "is_critical": True, "position": 1, "value": "200", "verified_at": timezone.now(), "verified_by": by
            },
        )  # fmt: skip
    return found.pk


Made = tuple[str, dict[str, str]]
REVIEWING: dict[str, Callable[[SimpleNamespace], Made]] = {
    "monitor:log": lambda w: (reverse("monitor:log", args=[w.patient.pk, "adverse-event"]), {}),
    "monitor:verify": lambda w: (reverse("monitor:verify", args=[_signs(w).pk, "pulse"]), {"seen": "1"}),
    "monitor:ask": lambda w: (reverse("monitor:ask", args=[_signs(w).pk, "pulse"]), {"text": " "}),
    "monitor:take-back": lambda w: (reverse("monitor:take-back", args=[_verified(w)]), {}),
    "monitor:verify-shown": lambda w: (
        reverse("monitor:verify-shown", args=[w.patient.pk]),
        {"item": f"{_signs(w).pk}.pulse", "count": "2", "where": f"visit:{w.visit.pk}"},
    ),
    "monitor:next-to-verify": lambda w: (reverse("monitor:next-to-verify", args=[w.patient.pk]), {}),
    "monitor:plan": lambda w: (reverse("monitor:plan"), {"site": w.site.code}),
    "monitor:plan-effect": lambda w: (reverse("monitor:plan-effect"), {"site": w.site.code}),
}


def _lifted(where: SimpleNamespace) -> Lock:
    """A freeze that is over, so that everything else at the site can be done."""
    now, why = timezone.now(), {"reason": "Settled", "lift_reason": "Over"}
    with acting(SYSTEM, patient_id=where.patient.pk, source="test"):
        return Lock.objects.create(
            kind="freeze",
            scope="visit",
            site=where.site,
            patient=where.patient,
            visit=where.visit,
            set_at=now,
            set_by=where.by,
            lifted_at=now,
            lifted_by=where.by,
            **why,
        )


def _monitors_address(name: str, where: SimpleNamespace) -> str:
    label, _, kind = name.removeprefix("monitor:").rpartition("_")
    if kind != "change":
        signs = Entry.objects.get(visit=where.visit, crf="vital-signs")
        if name in ("monitor:item-history", "monitor:open-query"):
            return reverse(name, args=[signs.pk, "pulse"])
        if name in ("monitor:scope-locks", "monitor:freeze-scope", "monitor:lock-scope"):
            return reverse(name, args=["visit", where.visit.pk])
        if name.endswith(("close-queries", "ask-queries-again")):
            return f"{reverse(name)}?query={where.query.pk}"
        if name in ("monitor:reply-to-site", "monitor:mark-note-read"):
            return reverse(name, args=[_of_site(where).pk])
        if name == "monitor:lift-lock":
            return reverse(name, args=[_lifted(where).pk])
        return reverse(name, args=[where.query.pk] if "query" in name and kind != "changelist" else [])
    model = apps.get_model(*label.rsplit("_", 1))
    stored = {
        "patient": where.patient,
        "visit": where.visit,
        "entry": Entry.objects.filter(patient=where.patient).first(),
        "query": where.query,
    }
    found = stored[model._meta.model_name] if model in (Patient, Visit, Entry, Query) else _row(model, where)
    return reverse(name, args=[found.pk])


def _of_a_visit(name: str, where: SimpleNamespace) -> tuple[str, dict[str, str]]:
    """The address of a monitoring visit that stands where the act needs it, and what a POST carries."""
    if name == "monitor:work-list":
        return reverse(name, args=[where.site.code, "left"]), {}
    plan = {"planned_on": "2099-11-30", "how": "remote", "site": where.site.code, "key": str(uuid.uuid4())}
    if name == "monitor:monitoring-visits":
        return reverse(name), plan
    visit = _a_monitoring_visit(
        where, 1 if "end-" in name or "take-back" in name else 2 if "text" in name or "finish" in name else 0
    )
    seen = dict.fromkeys(("seen_report", "seen_letter", "seen"), fingerprint("As drafted"))
    text = ["report"] if "text" in name else []
    return reverse(name, args=[visit.pk, *text]), {**plan, **seen, "text": "As written", "reason": "Moved"}


def _a_monitoring_visit(where: SimpleNamespace, steps: int) -> MonitoringVisit:
    """Of the cast's monitor at the own site, planned; after one step started, after two ended."""
    by = User.objects.filter(username="monitor", memberships__site=where.site).first() or where.by
    now = timezone.now()
    started = {"started_at": now, "started_by": by, "worklist": {"made_at": now.isoformat(), "sections": []}}
    ended = {"ended_at": now, "ended_by": by, "report": "As drafted", "letter": "As drafted"}
    under_way = MonitoringVisit.objects.filter(site=where.site, started_at__isnull=False, ended_at=None)
    if steps == 1 and (known := under_way.filter(monitor=by).first()):
        return known
    with acting(SYSTEM, source="test"):
        return MonitoringVisit.objects.create(
            site=where.site,
            monitor=by,
            planned_on=now.date(),
            how="on-site",
            request_key=uuid.uuid4(),
            **(started if steps else {}),
            **(ended if steps > 1 else {}),
        )


def _row(model: type[Crf], where: SimpleNamespace) -> Entry:
    """An entry of this kind, wherever the schedule has it."""
    definition = by_model(model)
    key = definition.row_of or definition.key
    code = next((plan.code for plan in protocol().visits if key in plan.forms), None)
    visit = a_visit(where.patient, code, where.by) if code else where.patient
    place = a_place(visit, definition.key, parent=1 if definition.row_of else None)
    with acting(where.by.acting_at(where.site, Right.ENTER), patient_id=where.patient.pk):
        return ensure_entry(place)


def browser(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(User.objects.get(pk=user.pk))
    return client


def answer(client: Client, method: str, url: str, data: dict[str, str] | None = None, **headers: str) -> str:
    """The status; "login" for a redirect there."""
    if method == "POST":
        response = client.post(url, data or {}, headers=headers)
    else:
        response = client.generic(method, url, headers=headers)
    if response.streaming:
        b"".join(response)  # to its end, which closes the file
    to_login = response.status_code == 302 and response.headers["Location"].startswith("/login/?")
    return "login" if to_login else str(response.status_code)


def first_method(name: str) -> str:
    return TABLE[name][0].split()[0]


Asked = list[tuple[str, str, str, dict[str, str], dict[str, str]]]


def asked_of(where: SimpleNamespace, column: int, names: Iterable[str] = TABLE) -> Asked:
    """(name, method, address, data, expected by role) of the rows that have this column, all or some."""
    names = [name for name in names if TABLE[name][column]]
    return [(name, first_method(name), *ask(name, where), row_of(name, column)) for name in names]


def differences(asked: Asked, cast: dict[str, User | None]) -> list[str]:
    """Where a role gets something else than the table says."""
    found = []
    for role, user in cast.items():
        client = browser(user)
        for name, method, url, data, expected in asked:
            got, wanted = answer(client, method, url, data), expected[role]
            found += [] if got == wanted else [f"{role}: {name} gave {got}, not {wanted}"]
            if name == "logout":
                client = browser(user)
    return found


def test_every_address_is_in_the_table():
    named = set(patterns(get_resolver()))
    assert named == set(TABLE), "Add a new address to the table, with what every role gets."


def test_every_role_gets_what_the_table_says_at_the_own_site(own, cast):
    assert differences(asked_of(own, 1), cast) == []


def test_every_role_gets_what_the_table_says_at_another_site_and_writes_nothing_there(other, cast):
    asked = asked_of(other, 2)
    before = AuditEvent.objects.filter(chain=other.patient.pk).count(), Patient.objects.count()
    assert differences(asked, cast) == []
    # The data manager, who reads at all sites, has read the note.
    after = AuditEvent.objects.filter(chain=other.patient.pk).count() - 1, Patient.objects.count()
    assert after == before


@pytest.mark.requirement("R-035")
@pytest.mark.parametrize("name", ["sign-visit", "sign-form", "sign-casebook"])
def test_signing_is_open_to_the_roles_of_the_table_only(name, own, other, cast):
    """With a wrong password, so that who may sign is asked again (422)."""
    _assert_posted(name, (own, other), cast, {"password": "wrong"}, "422")


@pytest.mark.requirement("R-097")
@pytest.mark.parametrize("name", ["visit", "log"])
def test_saving_a_whole_page_is_open_to_the_roles_of_the_table_only(name, own, other, cast):
    _assert_posted(name, (own, other), cast, {"action": "save"}, "302")


def _assert_posted(name, places, cast, data, done):
    """What a page answers that is read by GET, and posted to: `done` in the place of 200, whoever may."""
    for column, where in enumerate(places, 1):
        url, _ = ask(name, where)
        found = {role: answer(browser(user), "POST", url, data) for role, user in cast.items()}
        wanted = {role: done if status == "200" else status for role, status in row_of(name, column).items()}
        assert found == wanted | {"inspector": "403"}


def test_methods_that_the_table_does_not_name_are_refused(own, investigator, monitor):
    for name, (methods, *_) in TABLE.items():
        if name == "login":
            continue  # who is logged in is sent on by any method
        url, data = ask(name, own)
        client = browser(monitor if name.startswith("monitor:") else investigator)
        found = [method for method in METHODS if answer(client, method, url, data) != "405"]
        assert set(found) == set(methods.split()), name


def test_fragment_asked_for_without_login_gets_401(own):
    client = Client()
    for name, method, url, data, expected in asked_of(own, 1):
        if expected["anonymous"] == "login":
            assert answer(client, method, url, data, **{"HX-Request": "true"}) == "401", name


@pytest.mark.parametrize("url", ["/patients/", "/admin/", "/casebook/", "/patients/01-001/W01/vital-signs/"])
def test_an_address_that_does_not_exist_is_404(url, own, client, coordinator):
    client.force_login(coordinator)
    assert client.get(url).status_code == 404


# --- ids of another site in the fields of a form --------------------------------------------------


def test_patient_cannot_be_added_at_another_site_by_the_field(own, other, client, coordinator):
    client.force_login(coordinator)
    assert client.post("/patients/add/", {"site": "02", "key": str(uuid.uuid4())}).status_code == 404
    assert Patient.objects.filter(site=other.site).count() == 1


def test_key_of_another_sites_patient_shows_nothing_of_that_patient(own, other, client, coordinator):
    client.force_login(coordinator)
    answer = client.post("/patients/add/", {"site": "01", "key": str(other.patient.request_key)})
    assert answer.status_code in (302, 400)
    assert other.patient.number not in answer.headers.get("Location", "")


def test_key_of_another_sites_log_entry_shows_nothing_of_it(own, other, client, coordinator):
    client.force_login(coordinator)
    url = reverse("add-log-form", args=[own.patient.number, "adverse-event"])
    assert client.post(url, {"key": str(other.ae_key)}).status_code in (302, 400)
    assert Entry.objects.filter(patient=other.patient, crf="adverse-event").count() == 1


def test_key_of_another_patients_entry_on_a_visit_page_is_a_clear_answer(own, other, client, coordinator):
    client.force_login(coordinator)
    url = reverse("visit", args=[own.patient.number, "W01"])
    several = next(key for key in protocol().plan("W01").forms if CRFS[key].can_repeat)
    assert client.post(url, {"action": f"add:{several}:{other.ae_key}"}).status_code in (302, 400)


def test_field_named_for_another_patient_writes_nothing(own, other, client, coordinator):
    client.force_login(coordinator)
    name = f"{other.patient.number}:vital-signs:1:pulse"
    client.post(reverse("visit", args=[own.patient.number, "W01"]), {name: "70", "patient": other.patient.pk})
    assert a_row(other.visit).pulse == 200


def test_question_of_another_site_stays_open(own, other, client, coordinator):
    client.force_login(coordinator)
    url = reverse("confirm-discrepancy", args=[other.discrepancy.pk])
    assert client.post(url, {"asked": other.discrepancy.identity}).status_code == 404
    other.discrepancy.refresh_from_db()
    assert other.discrepancy.state == "open"


def test_search_and_list_show_no_patient_of_another_site(own, other, client, coordinator):
    client.force_login(coordinator)
    for url in ("/", "/?q=02", f"/?q={other.patient.number}", "/?after=00"):
        assert f"/patients/{other.patient.number}/" not in client.get(url).content.decode()


def test_lists_of_a_monitor_show_no_patient_of_another_site(own, other, client, monitor):
    client.force_login(monitor)
    for name in [name for name in TABLE if name.startswith("monitor:") and name.endswith("_change")]:
        ask(name, own)  # so that there is one of every kind at both sites
        ask(name, other)
    of_patients = TABLE.keys() - {"monitor:casebook_referencerange_changelist"}
    for name in [name for name in of_patients if name.endswith("_changelist") or name == "monitor:index"]:
        for query in ("", f"?q={other.patient.number}", "?o=-1", f"?patient__number={other.patient.number}"):
            page = client.get(reverse(name) + query).content.decode()
            typed = [
                f'value="{other.patient.number}"',
                f"“{other.patient.number}”",
                f"?q={other.patient.number}",
                f"&amp;q={other.patient.number}",
            ]
            told = reduce(lambda text, own_words: text.replace(own_words, ""), typed, page)
            assert other.patient.number not in told, (name, query)
            assert query or name == "monitor:index" or own.patient.number in told, name


def test_refusal_does_not_name_the_other_site(own, other, client, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("patient", args=[other.patient.number])).content.decode()
    assert other.site.name not in page
    assert "There is nothing here" in page


# --- one person, two roles ------------------------------------------------------------------------


@pytest.fixture
def both(own, other):
    """Coordinator at one site, monitor at the other."""
    user = make_user("both", Role.COORDINATOR, own.site)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=user, role=Role.MONITOR, site=other.site)
    return user


def test_who_monitors_one_site_and_enters_at_another_enters_only_there(own, other, both):
    for where, status in ((own, "200"), (other, "403")):
        for name in ("patient", "visit", "item", "item-history", "confirm-discrepancy"):
            url, data = ask(name, where)
            assert answer(browser(both), first_method(name), url, data) == status


def test_today_lists_only_the_site_where_the_person_enters(own, other, both, client):
    client.force_login(both)
    page = client.get("/").content.decode()
    assert own.patient.number in page
    assert other.patient.number not in page


def test_trail_names_the_role_that_carried_the_right(own, both, client):
    client.force_login(both)
    url, data = ask("item", own)
    client.post(url, {**data, "value": "70"})
    event = AuditEvent.objects.filter(table=a_row(own.visit)._meta.db_table).latest("pk")
    assert (event.actor, event.role, event.site) == ("both", "coordinator", "01")


def a_row(visit):
    return a_place(visit, "vital-signs").definition.model.objects.get(entry__visit=visit)
