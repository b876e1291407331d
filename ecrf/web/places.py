"""Every place that a person's roles open, in one menu."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ecrf.access.models import User
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import ASKING, Right
from ecrf.casebook.transfer.stays import handed_over_from
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.listings.reading.reader import MAY_READ


@dataclass(frozen=True)
class MenuGroup:
    """A heading with its places: (what it is called, its address)."""

    title: str
    places: list[tuple[str, str]]


@require_GET
def places(request: UserRequest) -> HttpResponse:
    """The menu as a page of its own, or as the piece that opens under “All places”."""
    template = "shared/_places.html" if request.headers.get("HX-Request") else "shared/places.html"
    return render(request, template, {"groups": groups_of(request.user)})


def groups_of(user: User) -> list[MenuGroup]:
    """What the person may open, and nothing that would be refused."""
    groups = [*_entry(user), *_review(user), MenuGroup("People", _people(user)), *_access(user)]
    groups.append(MenuGroup("Study", _of_everybody(user)))
    return [group for group in groups if group.places]


def _entry(user: User) -> list[MenuGroup]:
    if Right.READ not in user.rights:
        return []
    today = [
        ("Today", "today"),
        ("All patients, visits and forms", "grid"),
        ("Calendar", "calendar"),
        ("Queries to answer", "queries"),
        ("Blank worksheets", "worksheets"),
    ]
    if Right.ENTER in user.rights:
        today.append(("Imports", "imports"))
    if handed_over_from(user).exists():
        today.append(("Patients who moved to another site", "moved-patients"))
    groups = [MenuGroup("Entry", [(title, reverse(name)) for title, name in today])]
    for site in sites(user, Right.READ):
        places = [
            ("Trail", reverse("site-trail", args=[site.code])),
            ("Delegation log", reverse("delegation", args=[site.code])),
            ("Documents", reverse("site-documents", args=[site.code])),
        ]
        if protocol().lab_tests:
            places.append(("Laboratory ranges", reverse("ranges", args=[site.code])))
        places.append(("Monitoring and letters", reverse("site-monitoring", args=[site.code])))
        if not site.is_practice:
            places.append(("The investigator’s copy", reverse("site-copies", args=[site.code])))
        if protocol().outcomes and not site.is_practice:
            places.append(("Outcomes", reverse("site-outcomes", args=[site.code])))
        groups.append(MenuGroup(f"{site}{' (practice)' if site.is_practice else ''}", places))
    return groups


def _review(user: User) -> list[MenuGroup]:
    if not user.rights & {Right.REVIEW, Right.REVIEW_SAFETY}:
        return []
    trial, reads_all = protocol(), Right.REVIEW in user.rights
    work = [("Review", reverse("monitor:index")), ("Serious events", reverse("serious-events"))]
    if reads_all:
        work += [
            ("All patients, visits and forms", reverse("grid")),
            ("Calendar of appointments", reverse("calendar")),
            ("Patients", reverse("monitor:casebook_patient_changelist")),
            ("Visits", reverse("monitor:casebook_visit_changelist")),
            ("Forms", reverse("monitor:casebook_entry_changelist")),
            *_queries(user),
            ("Monitoring visits", reverse("monitor:monitoring-visits")),
            ("Verification plan", reverse("monitor:plan")),
            *(
                [("Imports and comparisons", reverse("imports"))]
                if user.rights & {Right.VERIFY, Right.LOCK}
                else []
            ),
            ("Freezes and locks", reverse("monitor:locks")),
            ("What stands out in the trail", reverse("trail-review-all")),
            ("Noisy checks", reverse("monitor:noisy-checks")),
        ]
        if trial.lab_tests:
            work.append(("Laboratory ranges", reverse("monitor:casebook_referencerange_changelist")))
    else:
        work += _queries(user)
    keys = trial.scheduled_crfs() if reads_all else trial.safety_logs
    with_rows = [name for key in keys for name in (key, *CRFS[key].rows)]
    lists = [(CRFS[key].plural, reverse(f"monitor:{_list_of(key)}_changelist")) for key in with_rows]
    # Whose own site it is finds them in the site's group.
    read_here = set(sites(user, Right.READ)) if Right.READ in user.rights else set()
    reviewed = [site for site in sites(user, Right.REVIEW) if site not in read_here] if reads_all else []
    letters = [
        (f"{what} of {site}", reverse(name, args=[site.code]))
        for site in reviewed
        for what, name in (("Letters", "site-monitoring"), ("Documents", "site-documents"))
    ]
    return [
        MenuGroup("Review", work),
        MenuGroup("Letters and documents of sites", letters),
        MenuGroup("Lists of forms", lists),
        MenuGroup("Outcomes", _outcomes(user)),
    ]


def _queries(user: User) -> list[tuple[str, str]]:
    mine = [("Queries at my turn", reverse("monitor:my-turn"))] if user.rights & ASKING else []
    return [("Queries", reverse("monitor:queries_query_changelist")), *mine]


def _access(user: User) -> list[MenuGroup]:
    """Who may do what, for those who see it: at a site the log stands in the site's own group."""
    rights = user.rights & {Right.REVIEW, Right.SEE_ACCESS}
    if not rights:
        return []
    of_study = [
        ("Everybody’s training", reverse("training-documents")),
        ("Pages read by inspectors", reverse("pages-read")),
        ("Audit trail", reverse("audit-state")),
    ]
    logs = [
        (f"Delegation log, {site}", reverse("delegation", args=[site.code])) for site in sites(user, *rights)
    ]
    return [MenuGroup("Access", [*(of_study if Right.SEE_ACCESS in rights else []), *logs])]


def _outcomes(user: User) -> list[tuple[str, str]]:
    """Of each site that is reviewed, for who does not see those of the whole study."""
    if not protocol().outcomes or Right.EXPORT in user.rights:
        return []
    reviewed = sites(user, Right.REVIEW).filter(is_practice=False) if Right.REVIEW in user.rights else []
    return [(str(site), reverse("site-outcomes", args=[site.code])) for site in reviewed]


def _list_of(key: str) -> str:
    meta = CRFS[key].model._meta
    return f"{meta.app_label}_{meta.model_name}"


def _people(user: User) -> list[tuple[str, str]]:
    """The administrator's pages, and the lists of who had access."""
    manages = Right.MANAGE_ACCOUNTS in user.rights
    if not manages and Right.SEE_ACCESS not in user.rights:
        return []
    lists = [
        ("Access on a day", "access"),
        ("Access reviews", "access-reviews"),
        ("What roles may do", "role-matrix"),
    ]
    own = [("People", "people"), ("Sites", "sites")] if manages else []
    logins = [("Logins", "login-log"), ("Unusual access", "unusual-access")] if manages else []
    return [(title, reverse(name)) for title, name in (*own, *lists, *logins)]


def _of_everybody(user: User) -> list[tuple[str, str]]:
    follows = user.rights & {Right.READ, Right.QUERY}
    calendar = [("Calendar feed", reverse("calendar-addresses"))] if follows else []
    sees_study = protocol().outcomes and Right.EXPORT in user.rights
    outcomes = [("Outcomes", reverse("outcomes"))] if sees_study else []
    data_out = [("Data out", reverse("exports"))] if Right.EXPORT in user.rights else []
    mails = [("Mail sent", reverse("mails"))] if Right.MANAGE_ACCOUNTS in user.rights else []
    documents = [("Documents", reverse("documents"))] if user.rights else []
    own = [*calendar, *documents, ("Training", reverse("training")), ("Mail to me", reverse("mail-choices"))]
    listings = [("Listings", reverse("listings"))] if user.rights & set(MAY_READ) else []
    help_pages = [("Help", reverse("help")), ("Your first day", reverse("help-first-day"))]
    checks = ("Checks and assumptions", reverse("checks"))
    return [*listings, *outcomes, *data_out, *mails, *own, checks, *help_pages]
