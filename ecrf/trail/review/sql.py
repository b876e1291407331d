"""The statements of the review screens. Each gives one row: how many, how many of each person, and the latest rows."""

# `found` are the rows: at, actor, site, patient, entry, and what the screen says of them.
FRAME = """
WITH place AS MATERIALIZED (
    SELECT p.id AS chain, p.number AS patient, s.id AS site, s.time_zone AS zone
    FROM casebook_patient p JOIN access_site s ON s.id = p.site_id WHERE s.id = ANY (%(sites)s::bigint[])
), found AS MATERIALIZED ({found})
SELECT (SELECT count(*) FROM found),
    (SELECT jsonb_agg(t) FROM (
        SELECT actor, count(*) FROM found GROUP BY actor ORDER BY count(*) DESC, actor LIMIT 20) t),
    (SELECT jsonb_agg(t) FROM (SELECT * FROM found ORDER BY at DESC LIMIT %(limit)s) t)
"""

LATE = """
    SELECT max(e.at) AS at, e.actor, place.site, place.patient, min(e.entry_id) AS entry, v.{visited_on} AS day,
        count(*) AS forms, max((e.at AT TIME ZONE place.zone)::date - v.{visited_on}) AS count
    FROM audit_auditevent e JOIN place ON place.chain = e.chain
    JOIN casebook_entry c ON c.id = e.entry_id AND c.parent_id IS NULL
    JOIN casebook_entry d ON d.visit_id = c.visit_id AND d.struck_at IS NULL
    JOIN {visit_form} v ON v.entry_id = d.id
    WHERE e."table" = 'casebook_entry' AND e.operation = 'INSERT' AND e.at >= %(begins)s AND e.at < %(ends)s
        AND (e.at AT TIME ZONE place.zone)::date - v.{visited_on} > %(days)s
    GROUP BY e.actor, place.site, place.patient, c.visit_id, v.{visited_on}
"""

UNDONE = """
    SELECT e.at, e.actor, e.reason, place.site, place.patient, coalesce(f.entry, e.entry_id) AS entry,
        coalesce(f.item, (
            SELECT min(regexp_replace(name, '[.]missing$', '')) FROM jsonb_object_keys(e.changes) name
            WHERE e."table" = ANY (%(forms)s) AND name <> 'entry_id'
        )) AS item, f.was, f.signer, f.scope
    FROM (
        SELECT patient_id, fallen_position AS position, fell_at AS at, entry_id AS entry, item,
            value AS was, NULL::text AS signer, NULL::text AS scope
        FROM verification_verification WHERE fell_at >= %(begins)s AND fell_at < %(ends)s
        UNION ALL
        SELECT patient_id, broken_position, broken_at, NULL, NULL,
            NULL, printed_name, scope
        FROM signatures_signature WHERE broken_at >= %(begins)s AND broken_at < %(ends)s
    ) f
    JOIN place ON place.chain = f.patient_id
    JOIN audit_auditevent e ON e.chain = f.patient_id AND e.position = f.position
"""

OFTEN = """
    SELECT max(e.at) AS at, (array_agg(e.actor ORDER BY e.at DESC))[1] AS actor,
        (array_agg(e.reason ORDER BY e.at DESC))[1] AS reason, place.site, place.patient, e.entry_id AS entry,
        regexp_replace(item.key, '[.]missing$', '') AS item, count(DISTINCT e.id) AS count
    FROM audit_auditevent e JOIN place ON place.chain = e.chain
    CROSS JOIN LATERAL jsonb_each(e.changes) item
    WHERE e."table" = ANY (%(forms)s) AND e.operation = 'UPDATE' AND item.value -> 0 <> 'null'
        AND e.at >= %(begins)s AND e.at < %(ends)s
    GROUP BY place.site, place.patient, e.entry_id, regexp_replace(item.key, '[.]missing$', '')
    HAVING count(DISTINCT e.id) >= %(times)s
"""

HOURS = """
    SELECT max(e.at) AS at, e.actor, place.site, place.patient, (e.at AT TIME ZONE place.zone)::date AS day,
        count(DISTINCT e.transaction) AS count,
        min(e.at AT TIME ZONE place.zone) AS first, max(e.at AT TIME ZONE place.zone) AS last
    FROM audit_auditevent e JOIN place ON place.chain = e.chain
    WHERE e."table" = ANY (%(forms)s) AND e.changes <> '{{}}' AND e.at >= %(begins)s AND e.at < %(ends)s AND (
        extract(isodow FROM e.at AT TIME ZONE place.zone) >= 6
        OR (e.at AT TIME ZONE place.zone)::time >= '22:00' OR (e.at AT TIME ZONE place.zone)::time < '05:00'
    )
    GROUP BY e.actor, place.site, place.patient, (e.at AT TIME ZONE place.zone)::date
"""

STRUCK = """
    SELECT c.struck_at AS at, u.username AS actor, c.struck_reason AS reason, place.site, place.patient, c.id AS entry
    FROM casebook_entry c JOIN place ON place.chain = c.patient_id JOIN access_user u ON u.id = c.struck_by_id
    WHERE c.struck_at >= %(begins)s AND c.struck_at < %(ends)s
"""

SCREENS = {"late": LATE, "undone": UNDONE, "often": OFTEN, "hours": HOURS, "struck": STRUCK}


def statement(key: str, names: dict[str, str]) -> str:
    """The screen's statement; `names` are the tables and columns that the trial chose, from the code only."""
    return FRAME.format(found=SCREENS[key].format(**names))
