"""Run in the image by `manage.py shell`: an account of every role, one invented patient with every kind of form, and
something for every page to show.

The synthetic study's own loader enters a few visits of the patient whose logs have everything, at the site that
docs/production.md's commands made.
"""

import io
import os
import uuid
from dataclasses import replace
from datetime import timedelta

import pikepdf
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from ecrf.access.delegation import Task
from ecrf.access.models import Site, User
from ecrf.access.roles import Right, Role
from ecrf.access.training import TrainingKind
from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.signed.keys import new_key
from ecrf.appointments.services import Wanted, make_appointment
from ecrf.casebook.models import Entry
from ecrf.casebook.moving import Destination, move
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.services import add_patient, open_visit
from ecrf.casebook.striking import strike_out, strike_patient, strike_visit
from ecrf.delegation.log.services import delegate
from ecrf.delegation.training.services import checked, confirm, publish
from ecrf.files.models import FileKind
from ecrf.files.receiving.flat_pages import flat_file
from ecrf.files.services import FilePlace, NewVersion, add_file
from ecrf.forms.registry import CRFS
from ecrf.imports.services import Brought, bring
from ecrf.listings.acts.keeping import keep_listing, roles_to_share_with
from ecrf.listings.definition import Definition
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.services import TEXTS, fingerprint
from ecrf.people.accounts.services import close_account
from ecrf.people.review.services import begin_review
from ecrf.people.sites.services import activate_site, close_site
from trial.synthetic import casebook, loading
from trial.synthetic.patients import STORIES

for account, where in {
    "monitor": ["--site", "01"],
    "safety": [],
    "statistician": [],
}.items():
    named = ["--full-name", f"Invented {account}", "--role", account]
    call_command("add_user", f"{account}01", *named, *where, "--owner-present")

assert os.environ["NEW_PASSWORD"]
story = replace(next(story for story in STORIES if story.name == "S05"), site="01")
wanted = ("SCR", "W01", "W07", "W37", "")  # the visits that the logs name, and the logs
loading.add_ranges_where_none()
loading.load_patient(story, [page for page in casebook.pages(story) if page.code in wanted])

# A letter that the site has received, and a serious event of which safety is told.
site, monitor = Site.objects.get(code="01"), User.objects.get(username="monitor01")
visit = services.plan_visit(
    site=site, planned_on=site.today(), how="remote", purpose="", by=monitor, request_key=uuid.uuid4()
)
services.start_visit(visit=visit, by=monitor)
services.end_visit(visit=visit, by=monitor)
visit.refresh_from_db()
for kind in TEXTS:
    seen = fingerprint(getattr(visit, kind))
    services.save_text(visit=visit, kind=kind, text="An invented text.", seen=seen, by=monitor)
written = dict.fromkeys(TEXTS, fingerprint("An invented text."))
services.finish_visit(visit=visit, seen=written, by=monitor)
call_command("send_notices")

# What an administrator and an investigator have done: a task delegated, a training confirmed, a site and an account
# closed, a review of access begun.
administrator, investigator, coordinator = (
    User.objects.get(username=f"{role}01") for role in ("administrator", "investigator", "coordinator")
)
delegate(
    site=site,
    user=coordinator,
    tasks=[Task.ENTER],
    starts_on=site.today(),
    ends_on=None,
    reason="",
    by=investigator,
)
to_read = {
    "key": "invented-manual",
    "version": "1",
    "title": "Invented manual",
    "kind": TrainingKind.READING,
    "text": "An invented text.",
    "roles": [Role.INVESTIGATOR],
}
confirm(document=publish(document=checked(to_read), by=administrator), by=investigator)
call_command("add_site", "02", "Hospital 02", "--time-zone", "Asia/Tokyo")
closed, today = Site.objects.get(code="02"), Site.objects.get(code="02").today()
activate_site(
    site=closed,
    active_from=today,
    approved_on=today,
    version="1.0",
    reason="An invented letter",
    by=administrator,
)
close_site(site=closed, closed_on=today, reason="An invented letter", by=administrator)
call_command(
    "add_user", "leaver01", "--full-name", "Invented leaver", "--role", "coordinator", "--site", "02"
)
close_account(user=User.objects.get(username="leaver01"), reason="An invented letter", by=administrator)
begin_review(by=administrator)

# A patient who is in the study, with an appointment and with what was put right: a visit that was opened by mistake, an
# adverse event that was another patient's, a form that stood at the wrong visit. And a patient who was added twice.
again, twice = (add_patient(site=site, by=coordinator, request_key=uuid.uuid4()) for _ in range(2))
actor = coordinator.acting_at(site, Right.ENTER)
for code in ("SCR", "UNS-1", "UNS-2"):
    visited = open_visit(patient=again, code=code, by=coordinator)
    given = {"occurrence": "done", "visited_on": str(site.today()), "contact": "on-site"}
    record(place=Place(again, CRFS["visit"], visited), values=given, by=actor)
    pulse = {"SCR": {}, "UNS-1": {"pulse": "72"}, "UNS-2": {"pulse": "71"}}[code]
    if pulse:
        record(place=Place(again, CRFS["vital-signs"], visited), values=pulse, by=actor)
record(place=Place(again, CRFS["adverse-event"]), values={"term": "An invented headache"}, by=actor)
why = "An invented mistake"
strike_visit(visit=again.visits.get(code="UNS-1"), by=coordinator, reason=why)
strike_out(
    entry=Entry.objects.get(patient=again, crf="adverse-event"), by=coordinator, actor=actor, reason=why
)
wrong = Entry.objects.filter(visit__code="UNS-2", crf="vital-signs")
move(forms=wrong, to=Destination(again, "SCR"), by=coordinator, reason=why, request_key=uuid.uuid4())
strike_patient(patient=twice, by=coordinator, reason=why)
make_appointment(
    patient=again,
    code="W01",
    wanted=Wanted(site.today() + timedelta(days=9)),
    by=coordinator,
    request_key=uuid.uuid4(),
)

# A source copy at a patient, a document of the study, a file that was looked at before it is imported and one whose
# columns are to be named, listings that are kept and shared with each role that reads any.


def brought(content: str, **more: str) -> None:
    bring(
        brought=Brought(
            name="invented.csv",
            pieces=lambda: iter([content.encode()]),
            purpose="import",
            site=site,
            source_system="Invented laboratory",
            reading={},
            **more,
        ),
        by=coordinator,
        request_key=uuid.uuid4(),
    )


page, paper = io.BytesIO(), io.BytesIO()
Image.new("RGB", (600, 800), "white").save(page, "JPEG")
with pikepdf.new() as pdf:
    pdf.add_blank_page()
    pdf.save(paper)
flat = flat_file(page, [page.getbuffer().nbytes])
add_file(
    place=FilePlace(again),
    kind=FileKind.COPY,
    title="Invented report",
    version=NewVersion(flat.file, "application/pdf", flat.pages, "report.pdf"),
    by=coordinator,
    actor=actor,
    request_key=uuid.uuid4(),
)
manager = User.objects.get(username="datamanager01")
add_file(
    place=FilePlace(),
    kind=FileKind.PROTOCOL,
    title="Invented protocol",
    version=NewVersion(paper, "application/pdf", 1, "protocol.pdf"),
    by=manager,
    actor=manager.acting_at(None, Right.LOCK),
    request_key=uuid.uuid4(),
    roles=list(Role.values),
)
brought(f"patient,visit,pulse\r\n{again.number},SCR,73\r\n", format="form", form="vital-signs")
brought("Patient;Test;Result\r\n", format="laboratory", form="")
for role, _words in roles_to_share_with():
    keep_listing(
        name=f"Invented events for each {role}",
        definition=Definition("adverse-event", ("@patient", "adverse-event.term")),
        role=role,
        by=investigator,
        request_key=uuid.uuid4(),
    )

# An anchor, signed with a key of this moment: the operator has made none.
settings.ANCHORS = replace(settings.ANCHORS, keys=(new_key(),))
make_anchor("operator")
