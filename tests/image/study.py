"""Run in the image by `manage.py shell`: an account of every role, and one invented patient with every kind of form.

The synthetic study's own loader enters a few visits of the patient whose logs have everything, at the site that
docs/production.md's commands made.
"""

import os
import uuid
from dataclasses import replace

from django.core.management import call_command

from ecrf.access.models import Site, User
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.services import TEXTS, fingerprint
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
