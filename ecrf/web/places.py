"""Every place that a person's roles open, in one menu."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from ecrf.access.models import Site, User
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import ASKING, Right
from ecrf.casebook.transfer.stays import handed_over_from
from ecrf.files.to_read import documents_to_read
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
    groups = [*_entry(user), *_review(user), MenuGroup(gettext("People"), _people(user)), *_access(user)]
    groups.append(MenuGroup(gettext("Study"), _of_everybody(user)))
    return [group for group in groups if group.places]


def _entry(user: User) -> list[MenuGroup]:
    if Right.READ not in user.rights:
        return []
    today = [
        (gettext("Today"), "today"),
        (gettext("All patients, visits and forms"), "grid"),
        (gettext("Calendar"), "calendar"),
        (gettext("Queries to answer"), "queries"),
        (gettext("Blank worksheets"), "worksheets"),
    ]
    if Right.ENTER in user.rights:
        today.append((gettext("Imports"), "imports"))
    if handed_over_from(user).exists():
        today.append((gettext("Patients who moved to another site"), "moved-patients"))
    groups = [MenuGroup(gettext("Entry"), [(title, reverse(name)) for title, name in today])]
    for site in sites(user, Right.READ):
        places = [
            (gettext("Trail"), reverse("site-trail", args=[site.code])),
            (gettext("Delegation log"), reverse("delegation", args=[site.code])),
            (gettext("Documents"), reverse("site-documents", args=[site.code])),
        ]
        if protocol().lab_tests:
            places.append((gettext("Laboratory ranges"), reverse("ranges", args=[site.code])))
        places.append((gettext("Monitoring and letters"), reverse("site-monitoring", args=[site.code])))
        if not site.is_practice:
            places.append((gettext("The investigator’s copy"), reverse("site-copies", args=[site.code])))
        if protocol().outcomes and not site.is_practice:
            places.append((gettext("Outcomes"), reverse("site-outcomes", args=[site.code])))
        groups.append(MenuGroup(_site_title(site), places))
    return groups


def _site_title(site: Site) -> str:
    return gettext("%(site)s (practice)") % {"site": site} if site.is_practice else str(site)


def _review(user: User) -> list[MenuGroup]:
    if not user.rights & {Right.REVIEW, Right.REVIEW_SAFETY}:
        return []
    trial, reads_all = protocol(), Right.REVIEW in user.rights
    work = [
        (pgettext("menu: the monitor's pages", "Review"), reverse("monitor:index")),
        (gettext("Serious events"), reverse("serious-events")),
    ]
    if reads_all:
        work += [
            (gettext("All patients, visits and forms"), reverse("grid")),
            (gettext("Calendar of appointments"), reverse("calendar")),
            (gettext("Patients"), reverse("monitor:casebook_patient_changelist")),
            (gettext("Visits"), reverse("monitor:casebook_visit_changelist")),
            (gettext("Forms"), reverse("monitor:casebook_entry_changelist")),
            *_queries(user),
            (gettext("Monitoring visits"), reverse("monitor:monitoring-visits")),
            (gettext("Verification plan"), reverse("monitor:plan")),
            *(
                [(gettext("Imports and comparisons"), reverse("imports"))]
                if user.rights & {Right.VERIFY, Right.LOCK}
                else []
            ),
            (gettext("Freezes and locks"), reverse("monitor:locks")),
            (gettext("What stands out in the trail"), reverse("trail-review-all")),
            (gettext("Noisy checks"), reverse("monitor:noisy-checks")),
        ]
        if trial.lab_tests:
            work.append((gettext("Laboratory ranges"), reverse("monitor:casebook_referencerange_changelist")))
    else:
        work += _queries(user)
    keys = trial.scheduled_crfs() if reads_all else trial.safety_logs
    with_rows = [name for key in keys for name in (key, *CRFS[key].rows)]
    lists = [(CRFS[key].plural, reverse(f"monitor:{_list_of(key)}_changelist")) for key in with_rows]
    # Whose own site it is finds them in the site's group.
    read_here = set(sites(user, Right.READ)) if Right.READ in user.rights else set()
    reviewed = [site for site in sites(user, Right.REVIEW) if site not in read_here] if reads_all else []
    of_site = (
        (gettext("Letters of %(site)s"), "site-monitoring"),
        (gettext("Documents of %(site)s"), "site-documents"),
    )
    letters = [
        (words % {"site": site}, reverse(name, args=[site.code]))
        for site in reviewed
        for words, name in of_site
    ]
    return [
        MenuGroup(pgettext("menu: the monitor's pages", "Review"), work),
        MenuGroup(gettext("Letters and documents of sites"), letters),
        MenuGroup(gettext("Lists of forms"), lists),
        MenuGroup(gettext("Outcomes"), _outcomes(user)),
    ]


def _queries(user: User) -> list[tuple[str, str]]:
    mine = [(gettext("Queries at my turn"), reverse("monitor:my-turn"))] if user.rights & ASKING else []
    return [(gettext("Queries"), reverse("monitor:queries_query_changelist")), *mine]


def _access(user: User) -> list[MenuGroup]:
    """Who may do what, for those who see it: at a site the log stands in the site's own group."""
    rights = user.rights & {Right.REVIEW, Right.SEE_ACCESS}
    if not rights:
        return []
    of_study = [
        (gettext("Everybody’s training"), reverse("training-documents")),
        (gettext("Pages read by inspectors"), reverse("pages-read")),
        (gettext("Audit trail"), reverse("audit-state")),
    ]
    logs = [
        (gettext("Delegation log, %(site)s") % {"site": site}, reverse("delegation", args=[site.code]))
        for site in sites(user, *rights)
    ]
    return [
        MenuGroup(
            pgettext("menu: who had access to what", "Access"),
            [*(of_study if Right.SEE_ACCESS in rights else []), *logs],
        )
    ]


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
        (gettext("Access on a day"), "access"),
        (gettext("Access reviews"), "access-reviews"),
        (gettext("What roles may do"), "role-matrix"),
    ]
    own = [(gettext("People"), "people"), (gettext("Sites"), "sites")] if manages else []
    logins = (
        [(gettext("Logins"), "login-log"), (gettext("Unusual access"), "unusual-access")] if manages else []
    )
    return [(title, reverse(name)) for title, name in (*own, *lists, *logins)]


def _documents(user: User) -> str:
    """With how many of them wait to be read by this person."""
    if number := len(documents_to_read(user)):
        return gettext("Documents (%(number)d to read)") % {"number": number}
    return gettext("Documents")


def _of_everybody(user: User) -> list[tuple[str, str]]:
    follows = user.rights & {Right.READ, Right.QUERY}
    calendar = [(gettext("Calendar feed"), reverse("calendar-addresses"))] if follows else []
    sees_study = protocol().outcomes and Right.EXPORT in user.rights
    outcomes = [(gettext("Outcomes"), reverse("outcomes"))] if sees_study else []
    data_out = [(gettext("Data out"), reverse("exports"))] if Right.EXPORT in user.rights else []
    mails = [(gettext("Mail sent"), reverse("mails"))] if Right.MANAGE_ACCOUNTS in user.rights else []
    documents = [(_documents(user), reverse("documents"))] if user.rights else []
    own = [
        *calendar,
        *documents,
        (gettext("Training"), reverse("training")),
        (gettext("Mail to me"), reverse("mail-choices")),
    ]
    listings = [(gettext("Listings"), reverse("listings"))] if user.rights & set(MAY_READ) else []
    help_pages = [(gettext("Help"), reverse("help")), (gettext("Your first day"), reverse("help-first-day"))]
    checks = (gettext("Checks and assumptions"), reverse("checks"))
    return [*listings, *outcomes, *data_out, *mails, *own, checks, *help_pages]
