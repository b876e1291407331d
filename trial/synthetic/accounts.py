"""The sites and the accounts of the synthetic study; everybody and every place says that it is invented."""

from datetime import date, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import AT_A_SITE, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.signatures.signers import confirm_identity, identity_check
from trial.synthetic.practice import SITE as PRACTICE
from trial.synthetic.training import NEWCOMER

SOURCE = "synthetic"
TIME_ZONE = "Asia/Tokyo"
ACTIVE_FROM = date(2012, 1, 1)
INSPECTED_FOR = timedelta(days=365)
STUDY_SITES = tuple(f"{n:02}" for n in range(1, 12))
ALL_SITES = (*STUDY_SITES, PRACTICE)

PEOPLE = (
    ("investigator01", Role.INVESTIGATOR, ("01", PRACTICE)),
    ("coordinator01", Role.COORDINATOR, ("01", PRACTICE)),
    ("coordinator02", Role.COORDINATOR, ("02", PRACTICE)),
    (NEWCOMER, Role.COORDINATOR, ("01", PRACTICE)),
    ("monitor", Role.MONITOR, ALL_SITES),
    ("datamanager", Role.DATA_MANAGER, (None,)),
    ("safety", Role.SAFETY, (None,)),
    ("statistician", Role.STATISTICIAN, (None,)),
    ("inspector", Role.INSPECTOR, (None,)),
    ("administrator", Role.ADMINISTRATOR, (None,)),
)
"""Those who can log in: user name, role, sites (None: the role holds for all sites)."""

WRITERS = tuple((f"investigator{code}", Role.INVESTIGATOR, (code,)) for code in STUDY_SITES[1:])
"""The other sites' investigators, who entered the data from site 03 on; no password opens these accounts."""

WHO_ENTERS = {
    "01": ("coordinator01", "investigator01"),
    "02": ("coordinator02", "coordinator02"),
    PRACTICE: ("coordinator01", "investigator01"),
}
"""Who enters and who answers for a site's data, where it is not one investigator alone."""


def exist() -> bool:
    return User.objects.filter(username=PEOPLE[0][0]).exists()


def create(password: str) -> None:
    """Sites, accounts and memberships, in one transaction. The password is hashed once for all."""
    hashed = make_password(password)
    with acting(SYSTEM, source=SOURCE):
        sites = {code: _site(code) for code in ALL_SITES}
        for username, role, codes in PEOPLE:
            _account(username, role, [sites[code] if code else None for code in codes], hashed)
        for username, role, codes in WRITERS:
            _account(username, role, [sites[code] for code in codes], make_password(None))


def record_identities() -> None:
    """Let the investigators sign: there is nobody behind the accounts, and the record says so."""
    for user in User.objects.filter(memberships__role=Role.INVESTIGATOR).distinct():
        if identity_check(user) is None:
            confirm_identity(
                user=user,
                confirmed_by="the loader of the synthetic study",
                how="Synthetic: nobody's identity was checked, the person is invented.",
                by=SYSTEM,
                source=SOURCE,
            )


def _site(code: str) -> Site:
    practice = code == PRACTICE
    name = "Practice site (synthetic, not part of the study)" if practice else f"Hospital {code} (synthetic)"
    return Site.objects.create(
        code=code,
        name=name,
        time_zone=TIME_ZONE,
        is_practice=practice,
        active_from=None if practice else ACTIVE_FROM,
    )


def _account(username: str, role: Role, sites: list[Site | None], hashed: str) -> None:
    where = f" of site {sites[0].code}" if sites[0] and role != Role.MONITOR else ""
    what = "New coordinator" if username == NEWCOMER else role.label
    user = User(
        username=username,
        full_name=f"{what}{where} (synthetic)",
        email=f"{username}@example.org",
        password=hashed,
    )
    user.full_clean()
    user.save()
    for site in sites:
        ends_on = timezone.now().date() + INSPECTED_FOR if role == Role.INSPECTOR else None
        Membership.objects.create(
            user=user, role=role, site=site if role in AT_A_SITE else None, ends_on=ends_on
        )


def renew_password(password: str) -> int:
    """Set the password of every demo account that has another one; how many those were."""
    users = list(User.objects.filter(username__in=[username for username, _role, _sites in PEOPLE]))
    fits = {hashed: check_password(password, hashed) for hashed in {user.password for user in users}}
    others = [user for user in users if not fits[user.password]]
    if others:
        hashed = make_password(password)
        with acting(SYSTEM, source=SOURCE):
            for user in others:
                user.password = hashed
                user.save(update_fields=["password"])
    return len(others)


def writers_of(code: str) -> tuple[User, User]:
    """The people who enter a site's data: most forms, and those that only an investigator can answer for."""
    enters, answers = WHO_ENTERS.get(code, (f"investigator{code}",) * 2)
    found = {user.username: user for user in User.objects.filter(username__in=(enters, answers))}
    return found[enters], found[answers]
