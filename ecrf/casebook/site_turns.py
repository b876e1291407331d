"""Takes the turns of all patients of a site, for an act that touches many of them."""

from django.db import connection

from ecrf.access.models import Site


def take_turns_of(site: Site) -> None:
    """Wait for whoever writes of one of the site's patients; nobody else writes of them until this transaction ends.

    Before anything is written to the chain of what belongs to no patient: who holds a patient may wait for that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ecrf.patient'), p.id)"
            " FROM (SELECT id::integer FROM casebook_patient WHERE site_id = %s ORDER BY id) p",
            [site.pk],
        )
