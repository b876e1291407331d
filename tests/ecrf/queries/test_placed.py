"""Queries with their places, read by one written-out statement: the same as the models would say."""

import pytest
from django.forms.models import model_to_dict

from ecrf.audit.actor import SYSTEM, acting
from ecrf.queries.lookup import placed, queries_with_place
from ecrf.queries.models import Query
from tests.builders import a_patient, a_visit
from tests.ecrf.queries.builders import asked, vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-036")]

PATHS = (
    *(
        "patient",
        "patient.site",
        "site",
        "entry",
        "entry.patient.site",
        "entry.visit",
        "entry.parent",
        "visit",
    ),
    *("opened_by.full_name", "closed_by.full_name"),
)


def reached(query: Query, path: str) -> object:
    found: object = query
    for name in path.split("."):
        found = getattr(found, name, None)
    return model_to_dict(found) if hasattr(found, "_meta") else found


def test_placed_query_is_what_the_models_say(site, coordinator, monitor, django_assert_num_queries):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    entry = vital_signs(visit, coordinator)
    first, second = asked(entry, monitor), asked(entry, monitor, item="weight_kg")
    with acting(SYSTEM, source="test"):
        Query.objects.filter(pk=first.pk).update(visit=visit)
    by_models = {query.pk: query for query in queries_with_place()}
    with django_assert_num_queries(1):
        found = placed([second.pk, first.pk])
        said = [{path: reached(query, path) for path in PATHS} for query in found]
    assert [query.pk for query in found] == [second.pk, first.pk]
    for query, paths in zip(found, said, strict=True):
        expected = by_models[query.pk]
        assert model_to_dict(query) == model_to_dict(expected)
        assert paths == {path: reached(expected, path) for path in PATHS}


def test_none_are_placed_by_one_statement_too(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert placed([]) == []
