"""Reads queries for pages: on which items they stand, how many are open, with what was said."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ecrf.access.models import Site, User
from ecrf.access.reach import site_ids
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.stored_rows import lines_of, read_json, user_of
from ecrf.checks.models import Discrepancy
from ecrf.queries.models import WAITED_FOR, Message, Query, Turn

# Written out and read as JSON: Django would take longer to write such a statement than the database to answer it. What
# belongs to each is looked up by its key: a join of so many tables takes long to plan.
# What a lock holds waits for nobody: nothing can be said there (as `under_lock` says, of the floor above this one).
WAITING = """
    (SELECT count(*) FROM queries_query w JOIN casebook_entry e ON e.id = w.entry_id
    WHERE w.turn = 'site' AND w.kind IS NULL AND (%s OR w.site_id = ANY(%s)) AND NOT EXISTS (
        SELECT 1 FROM locks_lock l WHERE l.lifted_at IS NULL AND l.kind = 'lock' AND (
            (l.scope = 'study' AND NOT (SELECT s.is_practice FROM access_site s WHERE s.id = w.site_id))
            OR (l.scope = 'site' AND l.site_id = w.site_id)
            OR (l.patient_id = w.patient_id AND (
                l.scope = 'patient' OR l.visit_id = e.visit_id OR l.entry_id IN (e.id, e.parent_id)
            ))
        )
    ))
"""
WITH_MESSAGES = """
    SELECT q.id, to_jsonb(q)::text, to_jsonb(m)::text,
        (SELECT to_jsonb(d)::text FROM checks_discrepancy d WHERE d.id = q.discrepancy_id),
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = q.opened_by_id),
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = q.closed_by_id),
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = m.said_by_id),
        {waiting}
    FROM queries_query q LEFT JOIN queries_message m ON m.query_id = q.id
    WHERE {which} ORDER BY q.id DESC, m.id
"""

PLACED = """
    SELECT to_jsonb(q)::text, to_jsonb(p)::text,
        (SELECT to_jsonb(s)::text FROM access_site s WHERE s.id = p.site_id),
        (SELECT to_jsonb(s)::text FROM access_site s WHERE s.id = q.site_id),
        to_jsonb(e)::text,
        (SELECT to_jsonb(parent)::text FROM casebook_entry parent WHERE parent.id = e.parent_id),
        (SELECT to_jsonb(v)::text FROM casebook_visit v WHERE v.id = e.visit_id),
        (SELECT to_jsonb(v)::text FROM casebook_visit v WHERE v.id = q.visit_id),
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = q.opened_by_id),
        (SELECT ARRAY[u.id::text, u.username, u.full_name] FROM access_user u WHERE u.id = q.closed_by_id)
    FROM queries_query q JOIN casebook_patient p ON p.id = q.patient_id
    LEFT JOIN casebook_entry e ON e.id = q.entry_id
    WHERE q.id = ANY(%s)
"""

ByItem = dict[tuple[int | str, str], list[Query]]
"""{(the form, as `Query.spot` names it, item): what stands there}."""


def queries_with_place() -> QuerySet[Query]:
    """All queries, questions and notes, each with what says where it stands."""
    return Query.every.select_related(
        "entry__patient__site",
        "entry__visit",
        "entry__parent",
        "visit",
        "patient__site",
        "site",
        "opened_by",
        "closed_by",
    )


def one_with_place() -> QuerySet[Query]:
    """As `queries_with_place`, for one query: its site and patient are read once, and `placed_here` says whose they
    are. A join to each of them three times over takes longer to plan than all the rest of the page."""
    return Query.every.select_related(
        "site", "patient", "entry__visit", "entry__parent", "visit", "opened_by", "closed_by"
    )


def placed_here(query: Query) -> Query:
    """The query with the site of its patient, and the patient of its entry."""
    query.patient.site = query.site
    if query.entry:
        query.entry.patient = query.patient
    return query


def placed(ids: Iterable[int]) -> list[Query]:
    """The queries with these ids, in their order, each with its place; one statement, also for none.

    For a page of many: joined to all before they are put in order, the places would cost more than all the rest.
    """
    order = list(ids)
    by_id = {query.pk: query for query in map(_placed, lines_of(PLACED, [order]))}
    return [by_id[pk] for pk in order]


def _placed(line: tuple[Any, ...]) -> Query:
    query, patient, patients_site, site, entry, parent, entrys_visit, visit, opener, closer = line
    whose = read_json(Patient, patient, site=read_json(Site, patients_site))
    form = entry and read_json(
        Entry,
        entry,
        patient=whose,
        parent=read_json(Entry, parent, patient=whose) if parent else None,
        visit=read_json(Visit, entrys_visit, patient=whose) if entrys_visit else None,
    )
    return read_json(
        Query,
        query,
        patient=whose,
        site=read_json(Site, site),
        entry=form or None,
        visit=read_json(Visit, visit, patient=whose) if visit else None,
        opened_by=user_of(*opener) if opener else None,
        closed_by=user_of(*closer) if closer else None,
    )


def with_messages(queries: list[Query]) -> list[Query]:
    """What was said in each is read at once; one statement."""
    by_id: dict[int, Query] = {query.pk: query for query in queries}
    for query in queries:
        query.__dict__["said"] = []
    for message in Message.objects.filter(query__in=by_id).select_related("said_by").order_by("pk"):
        message.query = by_id[message.query_id]
        message.query.said.append(message)
    return queries


def queries_on(entries: Iterable[int], counting_for: User | None = None) -> ByItem:
    """{(entry id, item): its queries, the open ones first, then the newest}, with what was said; one statement.

    `counting_for`: each then also carries how many queries wait for this user's sites now.
    """
    return _by_item("q.entry_id = ANY(%s) AND q.kind IS NULL", [list(entries)], counting_for)


def asked_on(entries: Iterable[int], patient: Patient, visit: Visit | None) -> tuple[ByItem, ByItem]:
    """The queries on these entries; and what the site asks and notes there and at what nobody has begun of the visit's
    forms, or of those that belong to none. One statement."""
    at_unbegun = "q.entry_id IS NULL AND q.patient_id = %s AND q.visit_id IS NOT DISTINCT FROM %s"
    given = [list(entries), patient.pk, visit.pk if visit else None]
    found = _by_item(f"(q.entry_id = ANY(%s) OR {at_unbegun})", given, None)
    queries = {at: [one for one in here if not one.is_of_site] for at, here in found.items()}
    of_site = {at: [one for one in here if one.is_of_site] for at, here in found.items()}
    return {at: here for at, here in queries.items() if here}, {
        at: here for at, here in of_site.items() if here
    }


def asked_at(place: Place, entry: Entry | None, item: str) -> list[Query]:
    """What the site asks and notes at one item; one statement."""
    spot = entry.pk if entry else f"{place.definition.key}:{place.address}"
    _queries, of_site = asked_on([entry.pk] if entry else [], place.patient, place.visit)
    return of_site.get((spot, item), [])


def asked_where(*which: Q, **also: object) -> ByItem:
    """Queries, questions and notes by a filter."""
    ids, given = Query.every.filter(*which, **also).order_by().values("pk").query.sql_with_params()
    return _by_item(f"q.id IN ({ids})", list(given))


def _by_item(which: str, given: list[Any], counting_for: User | None = None) -> ByItem:
    """One statement, with a line for each message."""
    waiting, of_waiting = ("NULL", []) if counting_for is None else (WAITING, _sites_of(counting_for))
    queries: dict[int, Query] = {}
    lines = lines_of(WITH_MESSAGES.format(waiting=waiting, which=which), [*of_waiting, *given])
    for pk, query, message, discrepancy, opener, closer, speaker, count in lines:
        if pk not in queries:
            queries[pk] = read_json(
                Query,
                query,
                discrepancy=read_json(Discrepancy, discrepancy) if discrepancy else None,
                opened_by=user_of(*opener) if opener else None,
                closed_by=user_of(*closer) if closer else None,
            )
            queries[pk].__dict__.update(said=[], waiting_now=count)
        if message:
            said_by = user_of(*speaker) if speaker else None
            queries[pk].__dict__["said"].append(
                read_json(Message, message, query=queries[pk], said_by=said_by)
            )
    by_item: ByItem = defaultdict(list)
    for one in sorted(queries.values(), key=lambda one: not one.is_open):
        by_item[one.spot, one.item].append(one)
    return by_item


def open_queries() -> QuerySet[Query]:
    """Every query that is not closed: the one place that says so. What a site asks or notes is none."""
    return Query.objects.exclude(turn=Turn.NOBODY)


def open_of_sites() -> QuerySet[Query]:
    """Every question and note of a site that it has not closed."""
    return Query.every.filter(kind__isnull=False).exclude(turn=Turn.NOBODY)


def is_read() -> Exists:
    """Of what a site opened: whether a reviewer has written there, or has read it, since the site wrote last."""
    roles = [turn.value for turn in WAITED_FOR if turn != Turn.SITE]
    said = Message.objects.filter(query=OuterRef("pk"))
    newer = Message.objects.filter(query=OuterRef("query"), pk__gt=OuterRef("pk")).exclude(role__in=roles)
    return Exists(said.filter(role__in=roles).exclude(Exists(newer)))


def count_open(path: str, ids: list[int], **which: object) -> dict[int, int]:
    """{id: number of open queries}; `path` leads from the query to what the ids name. One statement."""
    queries = open_queries().filter(**{f"{path}__in": ids}, **which)
    return dict(queries.order_by().values_list(path).annotate(count=Count("pk")))


def count_open_of_entries(ids: list[int]) -> dict[int, int]:
    """As `count_open`, for entries; those of a form's rows count for the form too. One statement."""
    # Two indexes are looked into, where a condition over a join would look at every open query.
    entries = Entry.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)).values("pk")
    queries = open_queries().filter(entry__in=entries)
    counts: dict[int, int] = {}
    for entry, parent in queries.values_list("entry", "entry__parent"):
        for pk in {int(pk) for pk in (entry, parent) if pk} & set(ids):
            counts[pk] = counts.get(pk, 0) + 1
    return counts


def open_of_patient(patient: Patient) -> list[Query]:
    """The open queries of one patient, the longest waiting first; one statement."""
    queries = queries_with_place().filter(patient=patient, kind=None).exclude(turn=Turn.NOBODY)
    return list(queries.order_by("turn_since", "pk"))


def number_to_answer(user: User) -> int:
    """How many queries wait for the sites where the user enters, as every list there shows them; one statement."""
    ((number,),) = lines_of(f"SELECT {WAITING}", _sites_of(user))
    return int(number)


def _sites_of(user: User) -> list[Any]:
    """What `WAITING` is given: whether the user enters at all sites, and else at which."""
    ids = site_ids(user, Right.READ)
    return [ids is None, ids or []]


def counted_with(queries: Iterable[list[Query]]) -> int | None:
    """The number that `queries_on` has counted along with these; None where there is none of them."""
    return next((getattr(query, "waiting_now", None) for at_item in queries for query in at_item), None)
