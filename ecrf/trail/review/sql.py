"""The statements of the review screens. Each gives one row: how many, how many of each person, and the latest rows.

`looked` is what a screen reads: the latest events of its kind, at most so many, each by an index that holds nothing
else. `found` is what it says of them: at, actor, site, patient, entry, and its own columns.
"""

from ecrf.audit.models import HAD_A_VALUE

FRAME = """
WITH place AS MATERIALIZED (
    SELECT p.id AS chain, p.number AS patient, s.id AS site, s.time_zone AS zone
    FROM casebook_patient p JOIN access_site s ON s.id = p.site_id WHERE s.id = ANY (%(sites)s::bigint[])
), looked AS MATERIALIZED ({looked} ORDER BY at DESC LIMIT %(most)s), found AS MATERIALIZED ({found})
SELECT (SELECT count(*) FROM found),
    (SELECT jsonb_agg(t) FROM (
        SELECT actor, count(*) FROM found GROUP BY actor ORDER BY count(*) DESC, actor LIMIT 20) t),
    (SELECT jsonb_agg(t) FROM (SELECT * FROM found ORDER BY at DESC LIMIT %(limit)s) t),
    (SELECT min(at) FROM looked HAVING count(*) >= %(most)s)
"""

# By the patient's key and not by `place`: so the events come in the index's order, and the reading stops in time.
OF_PATIENTS = """
    FROM audit_auditevent e JOIN casebook_patient p ON p.id = e.chain JOIN access_site s ON s.id = p.site_id
    WHERE s.id = ANY (%(sites)s::bigint[]) AND e.at >= %(begins)s AND e.at < %(ends)s
"""

# The condition is the one of the index `audit_begun`.
BEGUN = """
    SELECT e.at, e.actor, e.chain, e.entry_id {of_patients}
        AND e."table" = 'casebook_entry' AND e.operation = 'INSERT'
"""

LATE = """
    SELECT max(e.at) AS at, e.actor, place.site, place.patient, min(e.entry_id) AS entry, v.{visited_on} AS day,
        count(*) AS forms, max((e.at AT TIME ZONE place.zone)::date - v.{visited_on}) AS count
    FROM looked e JOIN place ON place.chain = e.chain
    JOIN casebook_entry c ON c.id = e.entry_id AND c.parent_id IS NULL
    JOIN casebook_entry d ON d.visit_id = c.visit_id AND d.struck_at IS NULL
    JOIN {visit_form} v ON v.entry_id = d.id
    WHERE (e.at AT TIME ZONE place.zone)::date - v.{visited_on} > %(days)s
    GROUP BY e.actor, place.site, place.patient, c.visit_id, v.{visited_on}
"""

FALLEN = """
    SELECT f.* FROM (
        SELECT patient_id, fallen_position AS position, fell_at AS at, entry_id AS entry, item,
            value AS was, NULL::text AS signer, NULL::text AS scope
        FROM verification_verification WHERE fell_at >= %(begins)s AND fell_at < %(ends)s
        UNION ALL
        SELECT patient_id, broken_position, broken_at, NULL, NULL,
            NULL, printed_name, scope
        FROM signatures_signature WHERE broken_at >= %(begins)s AND broken_at < %(ends)s
    ) f JOIN place ON place.chain = f.patient_id
"""

UNDONE = """
    SELECT e.at, e.actor, e.reason, place.site, place.patient, coalesce(f.entry, e.entry_id) AS entry,
        coalesce(f.item, (
            SELECT min(regexp_replace(name, '[.]missing$', '')) FROM jsonb_object_keys(e.changes) name
            WHERE e."table" = ANY (%(forms)s) AND name <> 'entry_id'
        )) AS item, f.was, f.signer, f.scope
    FROM looked f
    JOIN place ON place.chain = f.patient_id
    JOIN audit_auditevent e ON e.chain = f.patient_id AND e.position = f.position
"""

# The condition is the one of the index `audit_corrected`.
CORRECTED = """
    SELECT e.at, e.actor, e.reason, e.chain, e.entry_id, e.id, e.changes {of_patients}
        AND e."table" = ANY (%(forms)s) AND e.operation = 'UPDATE'
        AND jsonb_path_exists(e.changes, '{had_a_value}') AND e.entry_id IS NOT NULL AND e."table" <> 'casebook_entry'
"""

OFTEN = """
    SELECT max(e.at) AS at, (array_agg(e.actor ORDER BY e.at DESC))[1] AS actor,
        (array_agg(e.reason ORDER BY e.at DESC))[1] AS reason, place.site, place.patient, e.entry_id AS entry,
        regexp_replace(item.key, '[.]missing$', '') AS item, count(DISTINCT e.id) AS count
    FROM looked e JOIN place ON place.chain = e.chain
    CROSS JOIN LATERAL jsonb_each(e.changes) item
    WHERE item.value -> 0 <> 'null'
    GROUP BY place.site, place.patient, e.entry_id, regexp_replace(item.key, '[.]missing$', '')
    HAVING count(DISTINCT e.id) >= %(times)s
"""

# First when it is night or a weekend on any of the clocks: only there the events are read, and each is asked what its
# own site's clock said: by an object of the clocks of all patients, made once, so that they come in the index's order
# and the reading stops in time. An hour more on both sides, for the days on which the clocks are changed.
AT_ODD_HOURS = """
    SELECT event.* FROM (SELECT jsonb_object_agg(chain, zone) AS of_patient FROM place) clocks CROSS JOIN (
        SELECT unnest(range_agg(tstzrange(night.begins - interval '1 hour', night.ends + interval '1 hour'))) AS during
        FROM (SELECT DISTINCT zone FROM place) clock
        CROSS JOIN LATERAL generate_series(
            (%(begins)s AT TIME ZONE zone)::date - 1, (%(ends)s AT TIME ZONE zone)::date, interval '1 day'
        ) AS on_day
        CROSS JOIN LATERAL (
            SELECT (on_day::date + time '22:00') AT TIME ZONE zone, (on_day::date + 1 + time '05:00') AT TIME ZONE zone
            UNION ALL
            SELECT on_day::date::timestamp AT TIME ZONE zone, (on_day::date + 1)::timestamp AT TIME ZONE zone
            WHERE extract(isodow FROM on_day) >= 6
        ) AS night (begins, ends)
    ) odd CROSS JOIN LATERAL (
        SELECT e.at, e.actor, e.chain, e.transaction FROM audit_auditevent e
        WHERE e.at >= %(begins)s AND e.at < %(ends)s AND e.at >= lower(odd.during) AND e.at < upper(odd.during)
            AND e."table" = ANY (%(forms)s) AND e.changes <> '{{}}' AND (
                SELECT extract(isodow FROM here) >= 6 OR here::time >= '22:00' OR here::time < '05:00'
                FROM (SELECT e.at AT TIME ZONE (clocks.of_patient ->> e.chain::text)) AS clock (here)
            )
        ORDER BY e.at DESC LIMIT %(most)s
    ) event
"""

# Save by save, then day by day: to count different saves in one step, all events would have to be sorted.
HOURS = """
    SELECT max(last_at) AS at, actor, site, patient, first::date AS day, count(*) AS count,
        min(first) AS first, max(last) AS last
    FROM (
        SELECT e.actor, place.site, place.patient, e.transaction, max(e.at) AS last_at,
            min(e.at AT TIME ZONE place.zone) AS first, max(e.at AT TIME ZONE place.zone) AS last
        FROM looked e JOIN place ON place.chain = e.chain
        GROUP BY e.actor, place.site, place.patient, e.transaction, (e.at AT TIME ZONE place.zone)::date
    ) save
    GROUP BY actor, site, patient, first::date
"""

STRUCK_OUT = """
    SELECT c.struck_at AS at, c.struck_by_id, c.struck_reason, c.patient_id, c.id
    FROM casebook_entry c JOIN place ON place.chain = c.patient_id
    WHERE c.struck_at >= %(begins)s AND c.struck_at < %(ends)s
"""

STRUCK = """
    SELECT c.at, u.username AS actor, c.struck_reason AS reason, place.site, place.patient, c.id AS entry
    FROM looked c JOIN place ON place.chain = c.patient_id JOIN access_user u ON u.id = c.struck_by_id
"""

SCREENS = {
    "late": (BEGUN, LATE),
    "undone": (FALLEN, UNDONE),
    "often": (CORRECTED, OFTEN),
    "hours": (AT_ODD_HOURS, HOURS),
    "struck": (STRUCK_OUT, STRUCK),
}
"""{screen: what it reads, what it says of that}."""


def statement(key: str, names: dict[str, str]) -> str:
    """The screen's statement; `names` are the tables and columns that the trial chose, from the code only."""
    given = {"of_patients": OF_PATIENTS, "had_a_value": HAD_A_VALUE, **names}
    looked, found = (part.format(**given) for part in SCREENS[key])
    return FRAME.format(looked=looked, found=found)
