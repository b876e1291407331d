"""The import itself: every row of the file in one transaction, or nothing; and nothing but what was shown before."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.reasons import LONGEST
from ecrf.audit.turns import hold_for_long
from ecrf.imports.models import Import, ImportRow, ImportState, RowKind
from ecrf.imports.plan.carrying_out import IMPORT, carry_out
from ecrf.imports.plan.outcome import RowOutcome
from ecrf.imports.rights import actor_at, require_own, right_at
from ecrf.imports.work.looking import patients_in, rows_in_order, sources_of
from ecrf.imports.work.progress import ImportProgress

NAMED = 20
OF_CONSENT = 150
"""Characters that are left for who consented, and when."""


class Differs(Exception):
    """It would now do something else than was shown: nothing is imported. `rows`: their numbers in the file."""

    def __init__(self, rows: list[int]) -> None:
        super().__init__(rows)
        self.rows = rows

    def __str__(self) -> str:
        words = ngettext(
            "Nothing was imported: since it was shown, what the file does has changed (row %(rows)s)."
            " Look at it again, then decide.",
            "Nothing was imported: since it was shown, what the file does has changed (rows %(rows)s)."
            " Look at it again, then decide.",
            len(self.rows),
        )
        if len(self.rows) > NAMED:
            words = gettext(
                "Nothing was imported: since it was shown, what the file does has changed (rows %(rows)s and others)."
                " Look at it again, then decide."
            )
        return words % {"rows": ", ".join(str(number) for number in self.rows[:NAMED])}


def bring_in(batch: Import, progress: ImportProgress) -> None:
    """Import all rows. Whatever goes wrong, the transaction takes back all of it; that it is done stands in it."""
    assert batch.ordered_by is not None
    progress.begin(pgettext("what is done with a file now", "Importing"), batch.rows.count())
    differing: list[int] = []
    done = 0

    def count(*, only_links: bool) -> None:
        progress.add(0 if only_links else 1)

    with transaction.atomic():
        hold_for_long(batch.pk)
        for patient, number in patients_in(batch):
            rows = rows_in_order(batch, number)
            actor = actor_at(batch.ordered_by, patient.site) if patient else None
            if patient is None or actor is None:
                differing += [row.number for row in rows]
            else:
                why = why_in_trail(batch, patient.site)
                lacks = _lacks_consent(batch, patient.site)
                outcomes = carry_out(patient, sources_of(rows), batch.ordered_by, actor, why, count)
                differing += [
                    row.number
                    for row, outcome in zip(rows, outcomes, strict=True)
                    if _is_other(row, outcome) or (lacks and outcome.changes_stored)
                ]
            if len(differing) > NAMED:
                break
            done += len(rows)
            progress.go_to(done)
        if differing:
            raise Differs(sorted(differing))
        right = require_own(batch.ordered_by, batch)
        with acting(batch.ordered_by.acting_at(batch.site, right), reason=batch.reason, source=IMPORT):
            batch.state, batch.finished_at, batch.outcome = ImportState.DONE, timezone.now(), ""
            batch.save(update_fields=["state", "finished_at", "outcome"])


def _is_other(row: ImportRow, outcome: RowOutcome) -> bool:
    """Than was shown."""
    return outcome.kind == RowKind.REFUSED or outcome.as_json() != row.result


def _lacks_consent(batch: Import, site: Site) -> bool:
    """Consents are settled when it is ordered; since then the patient may have moved to a site that gave none."""
    assert batch.ordered_by is not None
    return right_at(batch.ordered_by, site) == Right.LOCK and site.code not in batch.consents


def why_in_trail(batch: Import, site: Site) -> str:
    """The reason of every value: the person's own, then from which system and file it comes, and who consented."""
    consent = batch.consents.get(site.code)
    consented = f" {consent[1]} consented on {consent[2]}." if consent else ""
    return f"{batch.reason.rstrip('.')}. Imported from {batch.source_system}, SHA-256 {batch.file_id}.{consented}"


def longest_reason(batch: Import) -> int:
    """How long the person's own may be, so that all of it is stored."""
    fixed = len(f". Imported from {batch.source_system}, SHA-256 {batch.file_id}.")
    return LONGEST - fixed - OF_CONSENT


def changes_as_manager(batch: Import, by: User) -> list[Site]:
    """The sites where a data manager would change what is stored: there an investigator consents."""
    sites = Site.objects.filter(code__in=batch.counts.get("changes_at", [])).order_by("code")
    return [site for site in sites if right_at(by, site) == Right.LOCK]
